/** A timer that keeps the process alive while it runs, in Node. */
interface Timer {
  unref?(): void
}

/** An attempt of a caller to connect. */
interface Attempt {
  readonly startedAt: number
  /** Ends it, with the error that opened the circuit, or without one to try again. */
  readonly giveUp: (error?: unknown) => void
}

/** A connection that is made in the background, and ended. */
interface Probe {
  readonly startedAt: number
  readonly controller: AbortController
}

const firstPause = 250
const longestPause = 500
// Some platforms end timers together with the request. After this time without a probe, the next caller connects.
const longestSilence = 5000
// A probe may hang as long as the server does. Others run meanwhile, up to this number; then the oldest is given up.
const mostProbes = 10
// Milliseconds after which an attempt to connect may be stuck.
const hanging = 1000
// An attempt is stuck if a probe succeeds that began this many milliseconds later.
const ahead = 500

/**
 * A circuit breaker in front of a database server.
 *
 * It opens when no connection could be made within the time callers wait for one. While it is open, callers fail at once,
 * and probes in the background try to connect with a growing pause (backoff). The first success closes it.
 *
 * Probes also run while attempts of callers hang: a success shows that older attempts are stuck, and these begin again.
 */
export class CircuitBreaker {
  readonly #connect: (signal: AbortSignal) => Promise<unknown>
  readonly #attempts = new Set<Attempt>()
  readonly #probes = new Set<Probe>()
  #error: unknown
  #timer: ReturnType<typeof setTimeout> | undefined
  #probedAt = 0

  /** @param connect - makes a connection, and ends it; gives up when it is aborted */
  constructor(connect: (signal: AbortSignal) => Promise<unknown>) {
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
    for (const { giveUp } of this.#attempts) giveUp(this.#error)
  }

  close(): void {
    this.#error = undefined
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { controller } of this.#probes) controller.abort()
  }

  /**
   * Watches an attempt to connect.
   *
   * @param giveUp - called when the circuit opens, and when the attempt is stuck
   * @returns a function that ends the watch
   */
  watch(giveUp: (error?: unknown) => void): () => void {
    const attempt = { startedAt: performance.now(), giveUp }
    this.#attempts.add(attempt)
    const timer = unref(setTimeout(() => this.#timer ?? this.#probe(firstPause), hanging))
    return () => {
      clearTimeout(timer)
      this.#attempts.delete(attempt)
    }
  }

  #schedule(pause: number): void {
    clearTimeout(this.#timer)
    this.#timer = unref(setTimeout(() => this.#probe(Math.min(pause * 2, longestPause)), pause))
  }

  /** Starts a probe, and the next one after a pause, as long as they are needed. */
  #probe(pause: number): void {
    this.#timer = undefined
    const startedAt = performance.now()
    const isNeeded = (): boolean =>
      [...this.#attempts].some((one) => startedAt - one.startedAt >= hanging - 1)
    if (this.#error === undefined && !isNeeded()) return
    this.#probedAt = Date.now()
    const [oldest] = this.#probes
    if (oldest !== undefined && this.#probes.size >= mostProbes) oldest.controller.abort()
    const probe = { startedAt, controller: new AbortController() }
    this.#probes.add(probe)
    this.#connect(probe.controller.signal)
      .then(
        () => this.#succeeded(probe),
        () => {},
      )
      .finally(() => this.#probes.delete(probe))
    this.#schedule(pause)
  }

  #succeeded({ startedAt }: Probe): void {
    this.close()
    for (const attempt of this.#attempts)
      if (attempt.startedAt <= startedAt - ahead) attempt.giveUp()
  }
}

/** A process with nothing else to do may exit. */
function unref<T>(timer: T): T {
  // browsers and workers have timers that are numbers, and Node's types do not
  ;(timer as Timer).unref?.()
  return timer
}
