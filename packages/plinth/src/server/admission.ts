import type { Limits } from '../http/limits.ts'
import { Backlog } from './backlog.ts'
import { cpuTime } from './cpu-time.ts'

/** A decision about a request that has just been parsed. */
export type Verdict =
  | 'start'
  /** Start it after the next turn, unless its client has gone by then. */
  | 'start-late'
  /** Pass its start to {@link Admission.hold}. */
  | 'hold'
  | 'refuse'

/** Milliseconds for which turns have to be too long before requests are refused. A peak is served. */
const patience = 100
/** Milliseconds without a refusal after which the overload is over. */
const recovery = 2000
/** Milliseconds of work that a single turn never exceeds. */
const longestTurn = 1000
/** Milliseconds for which each turn may accept a connection: more must be waiting then. */
const longestBacklog = 500
/** Milliseconds of a turn after which clients may have given up. */
const stall = 250
/** The part of the permitted delay that a turn works while requests are refused. */
const share = 1 / 4

/**
 * Admission control (load shedding): by the event-loop delay, and by the requests in flight.
 *
 * In one turn of the event loop Node reads every socket that has bytes, and runs each handler up to its first wait. So the
 * age of the turn, when a request is parsed, is the time for which that request has waited behind others. A limit on
 * requests in flight cannot see that: of handlers that never wait there is only one at a time.
 *
 * The longest piece of work of a turn does not count, so one blocking handler causes no refusals. Time in which
 * the machine ran other processes counts less.
 */
export class Admission {
  readonly #mostInFlight: number
  readonly #delay: number
  readonly #backlog: Backlog
  /** The start of the turn that is timed; 0 if none is. */
  #turnAt = 0
  /** The end of the last piece of work, and the longest one of the turn. */
  #pieceAt = 0
  /** The CPU time at the start of the turn, if the turn before it was long. */
  #cpuAt: number | undefined
  #longest = 0
  #started = 0
  #refused = 0
  #isShedding = false
  /** Since when turns have been too long, and short enough again; 0 if they are not. */
  #slowSince = 0
  #calmSince = 0
  /** Since when each turn has accepted a connection, and has not been short. */
  #acceptingSince = 0
  #stalledAt = -stall

  constructor({ inFlight, eventLoopDelay }: Pick<Limits, 'inFlight' | 'eventLoopDelay'>) {
    this.#mostInFlight = inFlight || Infinity
    this.#delay = eventLoopDelay || Infinity
    this.#backlog = new Backlog(this.#delay)
  }

  /**
   * Decides about a request, before anything is allocated for it.
   *
   * @param inFlight - the requests that wait for their response
   */
  decide(inFlight: number): Verdict {
    const now = performance.now()
    if (this.#turnAt === 0) this.#beginTurn(now)
    this.#endPiece(now)
    const age = now - this.#turnAt
    if (this.#isLate(age - this.#longest)) {
      this.#isShedding = true
      this.#refused++
      return 'refuse'
    }
    if (inFlight >= this.#mostInFlight) return 'refuse'
    this.#started++
    if (this.#isShedding && this.#backlog.isAccepting) return this.#holdOne()
    return age >= stall || now - this.#stalledAt < stall ? 'start-late' : 'start'
  }

  #isLate(work: number): boolean {
    return (
      this.#delay !== Infinity && work >= (this.#isShedding ? this.#delay * share : longestTurn)
    )
  }

  #holdOne(): Verdict {
    if (!this.#backlog.isHolding) return 'hold'
    this.#started--
    this.#refused++
    return 'refuse'
  }

  /** Takes a request that is started later. */
  hold(start: () => void): void {
    this.#backlog.hold(start)
  }

  /** Call it for each new connection. */
  accepted(): void {
    if (this.#turnAt === 0) this.#beginTurn(performance.now())
    this.#backlog.accepted()
  }

  /** Call it when a response was sent: it ends a piece of work. */
  responded(): void {
    if (this.#turnAt !== 0) this.#endPiece(performance.now())
  }

  #endPiece(now: number): void {
    const piece = now - this.#pieceAt
    if (piece > this.#longest) this.#longest = piece
    this.#pieceAt = now
  }

  #beginTurn(now: number): void {
    // Turns without requests are not timed.
    if (this.#calmSince !== 0 && now - this.#calmSince >= recovery) this.#recover()
    this.#cpuAt = undefined
    this.#time(now)
  }

  #time(now: number): void {
    this.#turnAt = this.#pieceAt = now
    this.#longest = this.#started = this.#refused = 0
    setImmediate(this.#endTurn)
  }

  readonly #endTurn = (): void => {
    const now = performance.now()
    this.#endPiece(now)
    const took = now - this.#turnAt
    if (took >= stall) this.#stalledAt = now
    const isLong = this.#wouldTake(took - this.#longest) >= this.#delay
    if (isLong) this.#afterLongTurn(now)
    // A turn that was short because it refused requests is not calm.
    else if (this.#refused > 0) this.#calmSince = 0
    else this.#afterCalmTurn(now)
    this.#watchBacklog(now, took)
    const held = this.#backlog.endTurn(now)
    // Another turn follows at once. It is timed from its start, so that work for earlier requests counts, too.
    const goesOn = isLong || took >= this.#delay || this.#backlog.isAccepting
    this.#cpuAt = isLong ? cpuTime() : undefined
    if (goesOn || held !== undefined || this.#backlog.isHolding) this.#time(now)
    else this.#turnAt = 0
    held?.()
  }

  /** Requests on new connections wait in the backlog, and turns stay short: each accepts one connection. */
  #watchBacklog(now: number, took: number): void {
    if (!this.#backlog.acceptedInTurn || took < this.#delay * share) this.#acceptingSince = 0
    else if (this.#acceptingSince === 0) this.#acceptingSince = this.#turnAt
    else if (now - this.#acceptingSince >= longestBacklog) this.#isShedding = true
  }

  /** The milliseconds of work in the turn if no request had been refused. */
  #wouldTake(worked: number): number {
    return this.#refused === 0
      ? worked
      : (worked * (this.#started + this.#refused)) / Math.max(1, this.#started)
  }

  #afterLongTurn(now: number): void {
    this.#calmSince = 0
    if (this.#isShedding || this.#cpuAt === undefined) return
    const took = now - this.#turnAt
    const worked = took - this.#longest
    const computing = (cpuTime() - this.#cpuAt) / took
    if (worked * computing < this.#delay && worked < stall) return
    if (this.#slowSince === 0) this.#slowSince = this.#turnAt
    if (now - this.#slowSince >= patience) this.#isShedding = true
  }

  #afterCalmTurn(now: number): void {
    if (!this.#isShedding) this.#slowSince = 0
    else if (this.#calmSince === 0) this.#calmSince = now
    else if (now - this.#calmSince >= recovery) this.#recover()
  }

  #recover(): void {
    this.#isShedding = false
    this.#slowSince = this.#calmSince = 0
  }
}
