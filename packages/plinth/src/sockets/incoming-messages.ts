type Reader = (result: IteratorResult<unknown, undefined>) => void

/** Hears of messages that the handler takes. */
export interface MessageSource {
  /** @param left - the number of messages that are left */
  onTake(left: number): void
}

/**
 * The messages of a client that wait for the handler: the `incoming` of its context.
 *
 * It has no `return`, so a handler may leave a loop over it and begin another one, which continues with the next message.
 */
export class IncomingMessages implements AsyncIterableIterator<unknown, undefined, unknown> {
  readonly #source: MessageSource
  readonly #waiting: unknown[] = []
  /** The call of `next` that waits for a message. */
  #reader: Reader | undefined
  /** More of them: a handler rarely makes two calls at once. */
  #laterReaders: Reader[] | undefined
  #isOver = false

  constructor(source: MessageSource) {
    this.#source = source
  }

  /** The number of messages that wait. */
  get length(): number {
    return this.#waiting.length
  }

  push(message: unknown): void {
    const reader = this.#reader
    if (reader === undefined) return void this.#waiting.push(message)
    this.#reader = this.#laterReaders?.shift()
    reader({ done: false, value: message })
  }

  /** Ends it. Messages that wait are still read. */
  end(): void {
    this.#isOver = true
    for (const reader of [this.#reader, ...(this.#laterReaders ?? [])])
      reader?.({ done: true, value: undefined })
    this.#reader = this.#laterReaders = undefined
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#waiting.length > 0) {
      const value = this.#waiting.shift()
      this.#source.onTake(this.#waiting.length)
      return Promise.resolve({ done: false, value })
    }
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      if (this.#reader === undefined) this.#reader = resolve
      else (this.#laterReaders ??= []).push(resolve)
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
