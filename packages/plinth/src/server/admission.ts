import type { Limits } from '../http/limits.ts'

/** What to do with a request that has just been parsed. */
export type Verdict =
  | 'start'
  /** Start it in the next turn, unless its client has gone by then. */
  | 'start-late'
  | 'refuse'

/** Milliseconds of turns that are too long, one after the other, before requests are refused: a peak is no overload. */
const patience = 100
/** Milliseconds of a single turn that are never exceeded. */
const longestTurn = 1000
/** Milliseconds of a turn after which clients may have given up. */
const stall = 250
/** The part of the permitted delay that a turn of the event loop may take while requests are refused. */
const share = 1 / 4

/**
 * Admission control (load shedding), by the event-loop delay and by the requests in flight.
 *
 * In one turn of the event loop Node reads every socket that has bytes, and runs each handler up to its first wait. So the
 * age of the turn, when a request is parsed, is the time for which that request has waited behind others. A limit on
 * requests in flight cannot see that: of handlers that never wait there is only one at a time.
 *
 * The longest piece of work of a turn does not count: one blocking handler is no overload.
 */
export class Admission {
  /** Requests refused so far. */
  refused = 0
  readonly #mostInFlight: number
  readonly #delay: number
  /** The start of the turn that is being timed; 0 if none is. */
  #turnAt = 0
  #markAt = 0
  #longest = 0
  #startedInTurn = 0
  #refusedInTurn = 0
  #isShedding = false
  #slowSince = 0
  #calmSince = 0
  #stalledAt = -stall

  constructor({ inFlight, eventLoopDelay }: Pick<Limits, 'inFlight' | 'eventLoopDelay'>) {
    this.#mostInFlight = inFlight || Infinity
    this.#delay = eventLoopDelay || Infinity
  }

  /** Decides about a request. */
  decide(inFlight: number): Verdict {
    const now = performance.now()
    if (this.#turnAt === 0) this.#beginTurn(now)
    this.#mark(now)
    const age = now - this.#turnAt
    const limit = this.#isShedding ? this.#delay * share : longestTurn
    if (age - this.#longest >= limit && this.#delay !== Infinity) {
      this.#isShedding = true
      this.#refusedInTurn++
    } else if (inFlight < this.#mostInFlight) {
      this.#startedInTurn++
      return age >= stall || now - this.#stalledAt < stall ? 'start-late' : 'start'
    }
    this.refused++
    return 'refuse'
  }

  /** Ends a piece of work: call it when a response has been sent. */
  mark(): void {
    if (this.#turnAt !== 0) this.#mark(performance.now())
  }

  #mark(now: number): void {
    const piece = now - this.#markAt
    if (piece > this.#longest) this.#longest = piece
    this.#markAt = now
  }

  #beginTurn(now: number): void {
    if (this.#calmSince !== 0 && now - this.#calmSince >= patience) this.#recover()
    this.#time(now)
  }

  #time(now: number): void {
    this.#turnAt = this.#markAt = now
    this.#longest = this.#startedInTurn = this.#refusedInTurn = 0
    setImmediate(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    const now = performance.now()
    this.#mark(now)
    const took = now - this.#turnAt
    if (took >= stall) this.#stalledAt = now
    const isSlow = this.#wouldTake(took - this.#longest) >= this.#delay
    if (isSlow) this.#afterSlowTurn(now)
    else this.#afterCalmTurn(now)
    // The next turn has work already. It is timed from its start, so that responses to earlier requests count.
    if (isSlow || took >= this.#delay) this.#time(now)
    else this.#turnAt = 0
  }

  /** The milliseconds that the turn would have taken if no request had been refused. */
  #wouldTake(took: number): number {
    const started = Math.max(1, this.#startedInTurn)
    return (took * (started + this.#refusedInTurn)) / started
  }

  #afterSlowTurn(now: number): void {
    this.#calmSince = 0
    if (this.#slowSince === 0) this.#slowSince = this.#turnAt
    if (now - this.#slowSince >= patience) this.#isShedding = true
  }

  #afterCalmTurn(now: number): void {
    if (!this.#isShedding) this.#slowSince = 0
    else if (this.#calmSince === 0) this.#calmSince = now
    else if (now - this.#calmSince >= patience) this.#recover()
  }

  #recover(): void {
    this.#isShedding = false
    this.#slowSince = this.#calmSince = 0
  }
}
