/** A timer that keeps the process alive while it runs, in Node. */
interface Timer {
  unref?(): void
}

const firstPause = 250
const longestPause = 1000
// Some platforms end timers together with the request. After this time without a probe, the next caller connects.
const longestSilence = 5000
// A probe may hang as long as the server does. Others run meanwhile, up to this number.
const mostProbes = 5

/**
 * A circuit breaker in front of a database server.
 *
 * It opens when no connection could be made within the time callers wait for one. While it is open, callers fail at once,
 * and probes in the background try to connect with a growing pause (backoff). The first success closes it.
 */
export class CircuitBreaker {
  readonly #connect: () => Promise<unknown>
  readonly #listeners = new Set<(error: unknown) => void>()
  #error: unknown
  #timer: ReturnType<typeof setTimeout> | undefined
  #probes = 0
  #probedAt = 0

  /** @param connect - makes a connection, and ends it */
  constructor(connect: () => Promise<unknown>) {
    this.#connect = connect
  }

  /** The error that opened the circuit. Undefined while it is closed. */
  get error(): unknown {
    if (this.#error !== undefined && Date.now() - this.#probedAt > longestSilence) this.close()
    return this.#error
  }

  open(error: unknown): void {
    if (this.#error !== undefined) return
    this.#error = error ?? new Error('No connection')
    this.#probedAt = Date.now()
    this.#schedule(firstPause)
    for (const listener of this.#listeners) listener(this.#error)
  }

  close(): void {
    this.#error = undefined
    clearTimeout(this.#timer)
  }

  /**
   * Calls a listener when the circuit opens.
   *
   * @returns a function that removes the listener
   */
  onOpen(listener: (error: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #schedule(pause: number): void {
    const timer = setTimeout(() => {
      this.#probedAt = Date.now()
      if (this.#probes < mostProbes) void this.#probe()
      this.#schedule(Math.min(pause * 2, longestPause))
    }, pause)
    // A process with nothing else to do may exit.
    ;(timer as Timer).unref?.()
    this.#timer = timer
  }

  async #probe(): Promise<void> {
    this.#probes += 1
    try {
      await this.#connect()
      this.close()
    } catch {
      // The next probe may succeed.
    } finally {
      this.#probes -= 1
    }
  }
}
