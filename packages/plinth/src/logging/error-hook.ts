import type { ErrorReport, OnError } from '../errors/error-report.ts'
import type { Logger } from './logger.types.ts'
import { quietly } from './quietly.ts'

/** The most calls that may be unfinished at the same time; errors beyond are not reported, and counted. */
const mostPending = 100
/** Milliseconds after which an unfinished call no longer counts. */
const longest = 10_000
/** Milliseconds between two log lines about the hook. */
const pause = 10_000

/**
 * Calls the `onError` of an app, which cannot harm what called it.
 *
 * A hook that throws or rejects is logged, at most every 10 s. A hook that never settles holds no memory for longer than
 * 10 s, and no more than 100 of its calls are unfinished at once.
 */
export class ErrorHook {
  readonly #hook: OnError
  readonly #log: Logger
  readonly #pending = new Set<Promise<void>>()
  #failures = 0
  #dropped = 0
  #quietUntil = 0

  constructor(hook: OnError, log: Logger) {
    this.#hook = hook
    this.#log = log
  }

  report(report: ErrorReport): void {
    if (this.#pending.size >= mostPending) {
      this.#dropped++
      return this.#tell(undefined)
    }
    try {
      const result = this.#hook(report)
      if (isThenable(result)) this.#watch(result)
    } catch (error) {
      this.#failed(error)
    }
  }

  /**
   * Waits for the calls that are unfinished, at shutdown.
   *
   * @param timeout - milliseconds
   */
  async drain(timeout = 1000): Promise<void> {
    if (this.#pending.size === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeout)
    await Promise.race([Promise.all(this.#pending), promise])
    clearTimeout(timer)
  }

  #watch(result: PromiseLike<unknown>): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, longest).unref()
    this.#pending.add(promise)
    void promise.then(() => {
      clearTimeout(timer)
      this.#pending.delete(promise)
    })
    Promise.resolve(result).then(
      () => resolve(),
      (error: unknown) => {
        this.#failed(error)
        resolve()
      },
    )
  }

  #failed(error: unknown): void {
    this.#failures++
    this.#tell(error)
  }

  #tell(err: unknown): void {
    const now = performance.now()
    if (now < this.#quietUntil) return
    this.#quietUntil = now + pause
    const facts = {
      failures: this.#failures,
      dropped: this.#dropped,
      ...(err !== undefined && { err }),
    }
    this.#failures = this.#dropped = 0
    quietly(() =>
      this.#log.error(facts, 'onError failed, or takes too long: errors were not reported'),
    )
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
