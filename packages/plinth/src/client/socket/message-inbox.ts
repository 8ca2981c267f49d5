/** The end of reading: normal, or with an error. */
export interface End {
  readonly error?: unknown
}

/** A FIFO queue of received messages, which its readers wait for. */
export class MessageInbox {
  readonly #messages: unknown[] = []
  readonly #readers: PromiseWithResolvers<IteratorResult<unknown, undefined>>[] = []
  #end: End | undefined

  /** The number of messages that wait. */
  get size(): number {
    return this.#messages.length
  }

  push(message: unknown): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#messages.push(message)
    else reader.resolve({ done: false, value: message })
  }

  /** Ends reading, after the messages that wait: normally, or with an error. */
  end(end: End): void {
    this.#end ??= end
    for (const reader of this.#readers.splice(0)) this.next().then(reader.resolve, reader.reject)
  }

  /** The next message, as the result of an iterator. */
  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#messages.length > 0) return { done: false, value: this.#messages.shift() }
    if (this.#end === undefined) {
      const reader = Promise.withResolvers<IteratorResult<unknown, undefined>>()
      this.#readers.push(reader)
      return reader.promise
    }
    if ('error' in this.#end) throw this.#end.error
    return { done: true, value: undefined }
  }
}
