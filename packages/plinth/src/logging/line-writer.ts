/** Sends bytes to an output; calls back with an error, or with the number of bytes that were written. */
export type Sink = (
  chunk: Buffer,
  done: (error: NodeJS.ErrnoException | null | undefined, written: number) => void,
) => void

/** Options of a {@link LineWriter}. */
export interface LineWriterOptions {
  readonly sink: Sink
  /** Called at the first error of the output. */
  readonly onError: (error: unknown) => void
  /** The line that reports lines that were dropped. */
  readonly report: (dropped: number) => string
  /** The most characters that are held in memory; lines beyond are dropped and counted. Default 4 Mi. */
  readonly most?: number
  /** The number of characters at which a write starts. Default 16 000. */
  readonly gather?: number
  /** The most bytes of one write; whole lines, if a line is not longer. Default no limit. */
  readonly chunk?: number
}

/** Milliseconds until lines are written, whatever their number. */
const interval = 250
/** Milliseconds until a failed write is repeated. */
const retryAfter = 500
/** Errors after which an output never accepts another byte. */
const isGone = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'EBADF'])

/**
 * A log output with a bounded buffer, whose faults reach neither requests nor the end of the process.
 *
 * `write()` never blocks and never throws. While the output is full, blocked or slow, lines are held in memory up to a
 * limit. Lines beyond are dropped and counted, and the count is logged when there is room again. A write that failed
 * goes on where it ended, so that no line is torn.
 */
export class LineWriter {
  readonly #options: Required<LineWriterOptions>
  #lines: string[] = []
  #size = 0
  /** The bytes that are being written, and the numbers of lines and of characters in them. */
  #chunk: Buffer | undefined
  #inChunk = 0
  #chunkSize = 0
  #dropped = 0
  #hasFailed = false
  #isGone = false
  #timer: NodeJS.Timeout | undefined
  #waiting: (() => void)[] = []

  constructor(options: LineWriterOptions) {
    this.#options = {
      most: 4 * 1024 * 1024,
      gather: 16_000,
      chunk: Number.POSITIVE_INFINITY,
      ...options,
    }
  }

  /** The number of lines that are not written: still in memory, or dropped and not yet reported. */
  get unwritten(): number {
    return this.#lines.length + this.#inChunk + this.#dropped
  }

  write(line: string): void {
    if (this.#isGone || this.#size + line.length > this.#options.most) {
      this.#dropped++
      return
    }
    this.#lines.push(line)
    this.#size += line.length
    if (this.#size >= this.#options.gather) this.start()
    else this.#timer ??= setTimeout(() => this.start(), interval).unref()
  }

  /** Starts writing the lines in memory. */
  start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#chunk !== undefined) return
    // With less than half of the buffer in use, the output works again.
    if (this.#dropped > 0 && !this.#isGone && this.#size < this.#options.most / 2) {
      const report = this.#options.report(this.#dropped)
      this.#lines.push(report)
      this.#size += report.length
      this.#dropped = 0
    }
    if (this.#lines.length === 0) {
      for (const resolve of this.#waiting.splice(0)) resolve()
      return
    }
    this.#takeChunk()
    this.#send()
  }

  /** Starts writing. Resolves when every line is written, or after that many milliseconds. */
  flush(milliseconds: number): Promise<void> {
    this.start()
    if (this.#chunk === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #takeChunk(): void {
    let count = 0
    let size = 0
    for (const line of this.#lines) {
      // UTF-8 has at most three bytes for a UTF-16 code unit.
      if (count > 0 && size + line.length * 3 > this.#options.chunk) break
      size += Buffer.byteLength(line)
      count++
    }
    const text = this.#lines.splice(0, count).join('')
    this.#chunk = Buffer.from(text)
    this.#inChunk = count
    this.#chunkSize = text.length
  }

  #send(): void {
    const chunk = this.#chunk!
    this.#options.sink(chunk, (error, written) => {
      if (error) return this.#failed(error)
      if (written < chunk.length) {
        this.#chunk = chunk.subarray(written)
        return this.#send()
      }
      this.#chunk = undefined
      this.#inChunk = 0
      this.#size -= this.#chunkSize
      this.start()
    })
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (!this.#hasFailed) this.#options.onError(error)
    this.#hasFailed = true
    if (!isGone.has(error.code ?? '')) {
      setTimeout(() => this.#send(), retryAfter).unref()
      return
    }
    this.#isGone = true
    this.#dropped = this.unwritten
    this.#lines = []
    this.#chunk = undefined
    this.#inChunk = 0
    this.start()
  }
}
