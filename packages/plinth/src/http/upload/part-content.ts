import type { Dicer } from '@fastify/busboy'

/** The content of a part in pieces. A piece is valid until the next one is asked for: then its memory is freed. */
export class PartContent implements AsyncIterable<Buffer> {
  readonly #stream: Dicer.PartStream
  #isHeld = false
  #wake: (() => void) | undefined
  #onConsumed: (() => void) | undefined

  constructor(stream: Dicer.PartStream) {
    this.#stream = stream
    const wake = (): void => this.#wake?.()
    // the listener for errors also keeps a body that breaks off from ending the process
    stream.on('readable', wake).on('end', wake).on('close', wake).on('error', wake)
  }

  /** Resolves when the reader of the content is done with everything that has arrived. */
  consumed(): Promise<void> | undefined {
    if (!this.#isHeld && this.#stream.readableLength === 0) return undefined
    return new Promise((resolve) => (this.#onConsumed = resolve))
  }

  /** Ends the reading: the content of a client that left would never end by itself. */
  destroy(error: Error): void {
    this.#stream.destroy(error)
  }

  /** Not the iterator of the stream, since between its read and its result nothing tells that there is a piece. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const stream = this.#stream
    for (;;) {
      const piece = stream.read() as Buffer | null
      if (piece !== null) {
        this.#isHeld = true
        yield piece
        this.#isHeld = false
        continue
      }
      this.#onConsumed?.()
      if (stream.errored !== null) throw stream.errored
      if (stream.readableEnded) return
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
