/**
 * The messages of a client that wait for the handler: the `incoming` of its context.
 *
 * It has no `return`, so a handler may leave a loop over it and begin another one, which continues with the next message.
 */
export class IncomingMessages implements AsyncIterableIterator<unknown, undefined, unknown> {
  readonly #waiting: unknown[] = []
  /** The calls of `next` that wait for a message. */
  readonly #readers: ((result: IteratorResult<unknown, undefined>) => void)[] = []
  readonly #onTake: (left: number) => void
  #isOver = false

  /** @param onTake - called with the number of messages that are left, after the handler has taken one */
  constructor(onTake: (left: number) => void) {
    this.#onTake = onTake
  }

  /** The number of messages that wait. */
  get length(): number {
    return this.#waiting.length
  }

  push(message: unknown): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#waiting.push(message)
    else reader({ done: false, value: message })
  }

  /** Ends it. Messages that wait are still read. */
  end(): void {
    this.#isOver = true
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined })
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#waiting.length > 0) {
      const value = this.#waiting.shift()
      this.#onTake(this.#waiting.length)
      return Promise.resolve({ done: false, value })
    }
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
