/** Tokens longer than this are not kept. */
const maxLength = 1024

/**
 * The tokens whose signature was found to be wrong, so that the next request with the same token costs no hash.
 *
 * The secrets of a service do not change while it runs, so neither does the result. It is bounded: a caller who
 * invents a new token for each request only pushes the older ones out.
 */
export class ForgedTokens {
  readonly #tokens = new Set<string>()
  readonly #limit: number

  /** @param limit - the maximum number of tokens. Default 1,000, at most a megabyte */
  constructor(limit = 1000) {
    this.#limit = limit
  }

  has(token: string): boolean {
    return this.#tokens.has(token)
  }

  add(token: string): void {
    if (token.length > maxLength) return
    if (this.#tokens.size >= this.#limit) {
      const { value: oldest } = this.#tokens.values().next()
      this.#tokens.delete(oldest!)
    }
    this.#tokens.add(token)
  }
}
