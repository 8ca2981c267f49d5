/** The streams that are being sent and have no end of their own: a server that stops would wait for them for ever. */
export class OpenStreams {
  readonly #ends = new Set<() => void>()
  #isOver = false

  /** Has a stream ended when all are, which may be now. @returns what takes that back */
  add(end: () => void): () => void {
    if (this.#isOver) end()
    else this.#ends.add(end)
    return () => this.#ends.delete(end)
  }

  /** Ends those that are open, and those that come. */
  end(): void {
    this.#isOver = true
    for (const end of this.#ends) end()
  }
}
