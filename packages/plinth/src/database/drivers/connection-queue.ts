import { HttpError } from '../../errors/http-error.ts'
import { LinkedQueue } from '../../collections/linked-queue.ts'

/** A first-in, first-out queue in front of a fixed number of connections, with a timeout for those who wait. */
export class ConnectionQueue {
  readonly #timeout: number
  readonly #waiting = new LinkedQueue<() => void>()
  #free: number

  /** @param timeout - milliseconds that a caller waits for a connection */
  constructor(count: number, timeout: number) {
    this.#free = count
    this.#timeout = timeout
  }

  /** True if a connection can be acquired without waiting. */
  get free(): boolean {
    return this.#free > 0
  }
  /** The number of waiting callers. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** @throws {HttpError} `PLINTH_DATABASE_BUSY`, 503: no connection came free in time */
  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const next = (): void => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      this.#waiting.remove(entry)
      reject(busy())
    }, this.#timeout)
    const entry = this.#waiting.add(next)
    return promise
  }

  release(): void {
    const { first } = this.#waiting
    if (first === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.remove(first)
    first.value()
  }
}

/** A 503: every connection is in use. */
export const busy = (cause?: unknown): HttpError =>
  new HttpError(503, 'The database is busy; try again in a moment', {
    code: 'PLINTH_DATABASE_BUSY',
    headers: { 'retry-after': '1' },
    cause,
  })

/** A 503: the server cannot be reached. */
export const unavailable = (cause?: unknown): HttpError =>
  new HttpError(503, 'The database cannot be reached; try again in a moment', {
    code: 'PLINTH_DATABASE_UNAVAILABLE',
    headers: { 'retry-after': '2' },
    cause,
  })
