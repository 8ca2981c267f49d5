import { probing } from '../http/request-scope.ts'

/** Readiness checks by name. A check throws if something is unavailable. */
export type ReadinessChecks = Readonly<Record<string, () => unknown>>

/** The result of one readiness check. */
export interface Readiness {
  readonly name: string
  /** The reason why it failed; `undefined` if it passed. */
  readonly failure: { readonly reason: unknown } | undefined
}

/** Milliseconds for a check: the systems that watch a process's readiness wait no longer than a second. */
const limit = 900

/** Runs all checks at the same time. One that does not finish in time has failed. */
export const runChecks = (checks: ReadinessChecks): Promise<Readiness[]> =>
  Promise.all(
    Object.entries(checks).map(([name, check]) =>
      inTime(probing(async () => check())).then(
        () => ({ name, failure: undefined }),
        (reason: unknown) => ({ name, failure: { reason } }),
      ),
    ),
  )

async function inTime(checking: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = (): void => reject(new Error(`The check did not finish within ${limit} ms`))
  const timer = setTimeout(late, limit)
  try {
    await Promise.race([checking, promise])
  } finally {
    clearTimeout(timer)
  }
}
