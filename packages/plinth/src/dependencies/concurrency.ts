import { LinkedQueue, type QueueEntry } from '../collections/linked-queue.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { RequestContext } from '../http/request-context.ts'
import { RepeatedFailure } from '../logging/repeated-failure.ts'
import { isGenerator } from './generator.ts'

/** A limit on how many requests of this process do something at the same time. A number is `{ max }`. */
export interface Concurrency {
  /** How many at the same time. */
  readonly max: number
  /** How many more may wait, in order; others are a 503 with `Retry-After`. Default 100. */
  readonly queue?: number
}

const concurrencyOptions: OptionNames<Concurrency> = { max: true, queue: true }

const defaultQueue = 100

/**
 * Checks the option `maxConcurrency`.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`, `PLINTH_DEPENDENCY_INVALID`
 */
export function checkConcurrency(
  given: number | Concurrency,
  where: string,
): Required<Concurrency> {
  const asked = typeof given === 'number' ? { max: given } : given
  checkOptions(asked, concurrencyOptions, `${where}: maxConcurrency`)
  const { max, queue = defaultQueue } = asked
  if (Number.isSafeInteger(max) && max > 0 && Number.isSafeInteger(queue) && queue >= 0)
    return { max, queue }
  throw new PlinthError(
    'PLINTH_DEPENDENCY_INVALID',
    `${where}: maxConcurrency needs a whole number above 0, such as 4 or { max: 4, queue: 20 }`,
  )
}

/** A counting semaphore with a bounded queue, in the order of arrival. */
export class Semaphore {
  readonly #limits: Required<Concurrency>
  readonly #waiting = new LinkedQueue<() => void>()
  /** Under load, one log line says that requests are refused. */
  readonly #full = new RepeatedFailure()
  #taken = 0

  constructor(limits: Required<Concurrency>) {
    this.#limits = limits
  }

  /**
   * Takes a place; returns a promise only if all are taken.
   *
   * @throws {HttpError} `PLINTH_OVERLOADED`, 503: too many wait already
   */
  take(context: Pick<RequestContext, 'signal'>): void | Promise<void> {
    if (this.#taken < this.#limits.max) {
      this.#taken++
      return
    }
    if (this.#waiting.size >= this.#limits.queue)
      throw this.#full.errorFor(
        new HttpError(503, 'Too many requests are waiting for this. Try again in a moment', {
          code: 'PLINTH_OVERLOADED',
          headers: { 'retry-after': '1' },
        }),
      )
    return this.#wait(context.signal)
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const entry: QueueEntry<() => void> = this.#waiting.add(start)
      const leave = (): void => {
        this.#waiting.remove(entry)
        reject(signal.reason as Error)
      }
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Gives a place back, to the next that waits. */
  give(): void {
    const next = this.#waiting.first
    if (next === undefined) {
      this.#taken--
      this.#full.over()
      return
    }
    this.#waiting.remove(next)
    next.value()
  }
}

type Factory = (context: object) => unknown

/** Returns a factory that takes a place before it creates the value, and gives it back after the cleanup. */
export function limitedFactory(factory: Factory, limits: Required<Concurrency>): Factory {
  const semaphore = new Semaphore(limits)
  return async function* (context) {
    // Every factory gets the context of its request.
    await semaphore.take(context as RequestContext)
    try {
      const made = await factory(context)
      if (isGenerator(made)) yield* made
      else yield made
    } finally {
      semaphore.give()
    }
  }
}
