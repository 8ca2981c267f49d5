/** A rate limit (token bucket): messages per second, of which a second's worth may come at once. */
export class MessageRate {
  readonly #limit: number
  #tokens: number
  #at: number

  /** @param now - milliseconds of the monotonic clock */
  constructor(limit: number, now: number) {
    this.#limit = limit
    this.#tokens = limit
    this.#at = now
  }

  /** Takes a token; `false` if no token is left. */
  take(now: number): boolean {
    const filled = this.#tokens + ((now - this.#at) / 1000) * this.#limit
    this.#at = now
    this.#tokens = Math.min(this.#limit, filled) - 1
    return this.#tokens >= 0
  }
}
