import type { Socket } from 'node:net'
import { FatalError } from './fatal-error.ts'

/** The form of a message to read. */
export interface MessageForm {
  /** The first messages of a connection have no type byte. */
  readonly typed: boolean
  /** In bytes. */
  readonly limit: number
}

/** Reads the messages of a Postgres client, whatever pieces they arrive in. Reads nothing ahead (backpressure). */
export class MessageReader {
  readonly #socket: Socket
  #buffered: Buffer = Buffer.alloc(0)
  #isEnded = false
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('readable', () => this.#wake())
    for (const event of ['end', 'close', 'error']) socket.on(event, () => this.end())
  }

  /** From now on, the client counts as gone. */
  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  /** The next whole message; undefined when the client is gone. */
  async next({ typed, limit }: MessageForm): Promise<Buffer | undefined> {
    const head = typed ? 1 : 0
    if (!(await this.#fill(head + 4))) return undefined
    const length = head + this.#buffered.readUInt32BE(head)
    if (length < head + 4 || length > limit)
      throw new FatalError('08P01', `a message of ${length} bytes; the limit is ${limit}`)
    if (!(await this.#fill(length))) return undefined
    const message = this.#buffered.subarray(0, length)
    this.#buffered = this.#buffered.subarray(length)
    return message
  }

  async #fill(size: number): Promise<boolean> {
    let { length } = this.#buffered
    const parts = [this.#buffered]
    while (length < size) {
      const part = this.#isEnded ? null : (this.#socket.read() as Buffer | null)
      if (part === null) {
        if (this.#isEnded) return false
        await new Promise<void>((resolve) => (this.#wake = resolve))
      } else {
        parts.push(part)
        length += part.length
      }
    }
    if (parts.length > 1) this.#buffered = Buffer.concat(parts)
    return true
  }
}
