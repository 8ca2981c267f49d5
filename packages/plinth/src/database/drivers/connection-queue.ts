import { HttpError } from '../../errors/http-error.ts'
import { LinkedQueue } from '../../collections/linked-queue.ts'

/** A fair queue in front of a fixed number of connections: who waits too long is told that the database is busy. */
export class ConnectionQueue {
  readonly #timeout: number
  readonly #waiting = new LinkedQueue<() => void>()
  #free: number

  /** @param timeout - milliseconds that a caller waits at most */
  constructor(count: number, timeout: number) {
    this.#free = count
    this.#timeout = timeout
  }

  /** Whether there is one to be had at once. */
  get free(): boolean {
    return this.#free > 0
  }
  /** How many callers wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** @throws {HttpError} `PLINTH_DATABASE_BUSY`, 503: none came free in time */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const go = (): void => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(() => {
      this.#waiting.remove(place)
      reject(busy())
    }, this.#timeout)
    const place = this.#waiting.add(go)
    return promise
  }

  give(): void {
    const { first } = this.#waiting
    if (first === undefined) {
      this.#free += 1
      return
    }
    this.#waiting.remove(first)
    first.value()
  }
}

/** 503: every connection is in use. */
export const busy = (cause?: unknown): HttpError =>
  new HttpError(503, 'The database is busy; try again in a moment', {
    code: 'PLINTH_DATABASE_BUSY',
    headers: { 'retry-after': '1' },
    cause,
  })

/** 503: there is no connection to be had. */
export const unavailable = (cause?: unknown): HttpError =>
  new HttpError(503, 'The database cannot be reached; try again in a moment', {
    code: 'PLINTH_DATABASE_UNAVAILABLE',
    headers: { 'retry-after': '2' },
    cause,
  })
