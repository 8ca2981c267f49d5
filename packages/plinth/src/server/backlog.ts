/**
 * Lets waiting connections be accepted before more work starts, while a server is overloaded.
 *
 * Node accepts one connection per turn of the event loop. If each turn does some work, the connections in the backlog of
 * the socket wait as many turns as there are connections before them: for seconds. So turns stay short until a turn has
 * accepted none. One request is held until then, so that the server does not become idle.
 */
export class Backlog {
  /** True if the turn before accepted a connection: there may be more. */
  isAccepting = false
  readonly #longest: number
  /** True if this turn has accepted a connection. */
  acceptedInTurn = false
  #held: (() => void) | undefined
  #heldSince = 0

  /** @param longest - the longest time to hold a request, in milliseconds */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** True if a request is held. */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** Call it for each new connection. */
  accepted(): void {
    this.acceptedInTurn = true
  }

  /** Holds a request, if none is held. */
  hold(start: () => void): void {
    this.#held = start
    this.#heldSince = performance.now()
  }

  /** @returns the held request, if it may start now */
  endTurn(now: number): (() => void) | undefined {
    this.isAccepting = this.acceptedInTurn
    this.acceptedInTurn = false
    if (this.isAccepting && now - this.#heldSince < this.#longest) return undefined
    const held = this.#held
    this.#held = undefined
    return held
  }
}
