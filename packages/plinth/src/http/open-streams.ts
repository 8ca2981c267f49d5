/** The endless streams that are being sent. Graceful shutdown ends them, since they would never end by themselves. */
export class OpenStreams {
  readonly #ends = new Set<() => void>()
  #isOver = false

  /**
   * Adds a stream, or ends it at once if the server has stopped.
   *
   * @returns a function that removes it
   */
  add(end: () => void): () => void {
    if (this.#isOver) end()
    else this.#ends.add(end)
    return () => this.#ends.delete(end)
  }

  /** Ends all open streams, and those that are added later. */
  end(): void {
    this.#isOver = true
    for (const end of this.#ends) end()
  }
}
