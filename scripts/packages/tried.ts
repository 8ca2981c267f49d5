import { performance } from 'node:perf_hooks'

/** The result of one trial, and its duration in milliseconds. */
export interface Tried {
  readonly what: string
  readonly problem?: string
  readonly ms: number
}

/** Runs a trial. An exception is its problem. */
export async function attempt(what: string, action: () => unknown): Promise<Tried> {
  const began = performance.now()
  const took = (): number => Math.round(performance.now() - began)
  try {
    await action()
    return { what, ms: took() }
  } catch (error) {
    return { what, problem: error instanceof Error ? error.message : String(error), ms: took() }
  }
}

/** @throws they differ */
export function equal(what: string, is: unknown, expected: unknown): void {
  if (is !== expected)
    throw new Error(`${what} is ${String(is)}, and should be ${String(expected)}`)
}
