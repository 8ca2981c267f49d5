import { HttpError } from '../../errors/http-error.ts'
import { StandingQueue } from './standing-queue.ts'
import { LinkedQueue } from '../../collections/linked-queue.ts'
import { metrics } from '../../telemetry/metrics.ts'
import type { MetricAttributes } from '../../telemetry/metrics/metric-snapshot.types.ts'

/** A caller in a {@link ConnectionQueue}. */
export interface Waiter {
  /** Called when it is first and a connection came free: the connection is its own now. */
  granted(): void
  /** Called when no connection came free in time, or too many callers wait already. */
  expired(error: HttpError): void
}

interface Waiting {
  readonly waiter: Waiter
  readonly entered: number
  // Each has its own: on Cloudflare a request that waits for nothing but another request is canceled.
  readonly timer: ReturnType<typeof setTimeout>
}

/**
 * A first-in, first-out queue in front of a fixed number of connections, with a timeout for those who wait.
 *
 * A queue that stands stays short: whoever comes then is refused at once (load shedding), since everyone behind would wait
 * for longer and longer. A burst of quick statements waits, however many there are.
 */
export class ConnectionQueue {
  /** The most connections that are in use. */
  readonly count: number
  /** The name of the pool in metrics; empty for one that has none. */
  name = ''
  /** The callers so far that no connection came free for in time, and those that were refused at once. */
  timeouts = 0
  refused = 0
  #pool: MetricAttributes | undefined
  readonly #timeout: number
  readonly #most: number
  readonly #standing = new StandingQueue()
  readonly #waiting = new LinkedQueue<Waiting>()
  #free: number
  /** Called when a caller begins to wait, so that whoever keeps an unused connection gives it back. */
  onWait: () => void = () => {}

  /**
   * @param timeout - milliseconds that a caller waits for a connection
   * @param most - the most callers in a queue that stands
   */
  constructor(count: number, timeout: number, most = Infinity) {
    this.count = count
    this.#free = count
    this.#timeout = timeout
    this.#most = most
  }

  /** The number of connections that callers have. */
  get used(): number {
    return this.count - this.#free
  }
  /** The number of waiting callers. */
  get waiting(): number {
    return this.#waiting.size
  }
  /** The caller who waits longest. */
  get first(): Waiter | undefined {
    return this.#waiting.first?.value.waiter
  }

  /** Takes a free connection. False if all are in use. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false
    this.#free -= 1
    if (metrics() !== undefined) this.#waited(0)
    return true
  }

  /** @throws {HttpError} `PLINTH_DATABASE_BUSY`, 503: no connection came free in time, or too many wait already */
  acquire(): Promise<void> {
    if (this.tryAcquire()) return Promise.resolve()
    return new Promise((granted, expired) => this.enter({ granted, expired }))
  }

  /** Waits for a connection, behind all others. */
  enter(waiter: Waiter): void {
    const entered = performance.now()
    const { first, size } = this.#waiting
    const stands = this.#standing.stands(first?.value.entered, entered)
    if (stands && size >= this.#most) {
      this.refused++
      return waiter.expired(busy())
    }
    const timer = setTimeout(() => {
      this.#waiting.remove(entry)
      this.timeouts++
      waiter.expired(busy())
    }, this.#timeout)
    const entry = this.#waiting.add({ waiter, entered, timer })
    this.onWait()
  }

  /** Removes the caller who waits longest, who got a connection in another way. */
  shift(): Waiter | undefined {
    const { first } = this.#waiting
    if (first === undefined) return undefined
    const { waiter, entered, timer } = first.value
    clearTimeout(timer)
    this.#waiting.remove(first)
    const now = performance.now()
    this.#standing.left(entered, now)
    if (metrics() !== undefined) this.#waited(now - entered)
    return waiter
  }

  #waited(milliseconds: number): void {
    if (this.name === '') return
    this.#pool ??= { 'db.client.connection.pool.name': this.name }
    metrics()?.duration('db.client.connection.wait_time', milliseconds / 1000, this.#pool)
  }

  release(): void {
    const first = this.shift()
    if (first === undefined) this.#free += 1
    else first.granted()
  }
}

/** A 503: every connection is in use. */
export const busy = (cause?: unknown): HttpError =>
  new HttpError(503, 'The database is busy; try again in a moment', {
    code: 'PLINTH_DATABASE_BUSY',
    headers: { 'retry-after': '1' },
    cause,
  })

/**
 * A 503: the server cannot be reached.
 *
 * @param detail - the sentence for the caller, where another one than the usual helps
 */
export const unavailable = (
  cause?: unknown,
  detail = 'The database cannot be reached; try again in a moment',
): HttpError =>
  new HttpError(503, detail, {
    code: 'PLINTH_DATABASE_UNAVAILABLE',
    headers: { 'retry-after': '2' },
    cause,
  })
