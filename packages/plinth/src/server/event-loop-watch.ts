import type { RouteName } from '../http/incoming-request.ts'
import type { Logger } from '../logging/logger.types.ts'
import { cpuTime } from './cpu-time.ts'

/** A response that is pending, with the route of its request. */
interface Pending {
  readonly route: RouteName | undefined
}

/** Milliseconds for which code may block the event loop. */
const permitted = 200
/** The part of them that is computing. Without it, the machine had no time for the process. */
const computing = 100
/** Milliseconds after which a blocked event loop is reported even if nothing was computed, such as by `execSync`. */
const always = 1000
/** Milliseconds between two beats, and without requests after which the beats stop. */
const beat = 50
const rest = 10_000
/** Milliseconds between two warnings about the same route. */
const pause = 60_000

/**
 * Warns about routes that block the event loop for more than 200 ms: meanwhile no other request makes progress.
 *
 * Each piece of a request's work ends with {@link leave}. What ran before it started shortly before: with {@link enter}, or
 * after the last beat of a timer.
 */
export class EventLoopWatch {
  readonly #log: Logger
  readonly #pending: Iterable<Pending>
  readonly #warnedAt = new Map<string, number>()
  /** The last time at which the event loop is known to have turned. */
  #at = 0
  #enteredAt = 0
  #cpu = 0
  #timer: NodeJS.Timeout | undefined

  /** @param pending - the responses that are pending */
  constructor(log: Logger, pending: Iterable<Pending>) {
    this.#log = log
    this.#pending = pending
  }

  /** Begins with the work for a new request. */
  enter(): void {
    this.#at = this.#enteredAt = performance.now()
    if (this.#timer !== undefined) return
    this.#cpu = cpuTime()
    this.#timer = setInterval(this.#beat, beat).unref()
  }

  /** Ends a piece of work for a request: its first one, or the last one after a wait. */
  leave(route: RouteName | undefined): void {
    const blocked = this.#pass()
    if (blocked !== undefined && route !== undefined) this.#warn([route], blocked)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  readonly #beat = (): void => {
    const blocked = this.#pass()
    if (blocked === undefined) this.#cpu = cpuTime()
    // Work between two waits of a handler has no end that is seen here.
    else this.#warn(this.#pendingRoutes(), blocked)
    if (this.#at - this.#enteredAt > rest) this.stop()
  }

  /** @returns the milliseconds for which the event loop was blocked until now */
  #pass(): number | undefined {
    const now = performance.now()
    const passed = now - this.#at
    this.#at = now
    if (passed < permitted) return undefined
    const cpu = cpuTime()
    const computed = cpu - this.#cpu
    this.#cpu = cpu
    return computed >= computing || passed >= always ? passed : undefined
  }

  #pendingRoutes(): RouteName[] {
    const routes = new Set<RouteName>()
    for (const { route } of this.#pending) if (route !== undefined) routes.add(route)
    return [...routes]
  }

  #warn(routes: readonly RouteName[], blocked: number): void {
    const names = routes.map(({ method, path }) => `${method} ${path}`)
    const now = performance.now()
    const isKnown = (name: string): boolean => now - (this.#warnedAt.get(name) ?? -pause) < pause
    if (names.every(isKnown)) return
    for (const name of names) this.#warnedAt.set(name, now)
    const who = names.length === 1 ? names[0]! : `One of ${names.slice(0, 5).join(', ')}`
    const ms = Math.round(blocked)
    this.#log.warn(
      { routes: names, ms },
      `${who} blocked the event loop for ${ms} ms, and nothing else ran meanwhile: move the work to a worker thread, or split it`,
    )
  }
}
