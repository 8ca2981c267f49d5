import { performance } from 'node:perf_hooks'

/** One thing that was tried: what came out of it, and in how many milliseconds. */
export interface Tried {
  readonly what: string
  readonly problem?: string
  readonly ms: number
}

/** Tries it; what it throws is the problem. */
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
