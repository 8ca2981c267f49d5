import { complete, textAt } from './messages.ts'

/** The transaction statuses of ReadyForQuery. */
export const transactionStatus = { idle: 0x49, open: 0x54, failed: 0x45 } as const

const codeOf = (type: string): number => type.charCodeAt(0)

/** The receiver of responses. */
export interface ResponseTarget {
  write(data: Buffer): void
  /** Called for each notification that the session received. */
  notify(channel: string, payload: string): void
}

/**
 * Passes on the responses of Postgres to one client, without those to messages that the client did not send.
 *
 * Data comes in pieces of any size. Rows are passed on in the pieces they come in.
 */
export class Responses {
  /** The transaction status at the last ReadyForQuery. */
  status: number = transactionStatus.idle
  /** True if messages were sent after which no ReadyForQuery came yet. */
  isOpen = false
  /** True if a statement failed since the last ReadyForQuery. */
  hasFailed = false
  /** True if the last Execute stopped at its limit. */
  isSuspended = false
  /** True while a simple query is run as an extended one. */
  isSimple = false
  /** True if the client sent no message that the next ReadyForQuery is for. */
  hidesReady = false
  /** For each Parse that was sent, whether the client sent it. */
  readonly parses: boolean[] = []
  #rows = 0
  #rest: Buffer = Buffer.alloc(0)
  /** Bytes of the current message that are still to be passed on. */
  #passing = 0
  readonly #target: ResponseTarget
  /** The handlers of messages by their type. Undefined passes a message on, anything else is sent instead. */
  readonly #handlers: Readonly<Record<number, (frame: Buffer) => Buffer | undefined>>

  constructor(target: ResponseTarget) {
    this.#target = target
    const nothing = Buffer.alloc(0)
    const unlessSimple = (): Buffer | undefined => (this.isSimple ? nothing : undefined)
    this.#handlers = {
      [codeOf('Z')]: (frame) => {
        this.status = frame[5] ?? this.status
        this.isOpen = false
        this.hasFailed = false
        this.isSimple = false
        this.parses.length = 0
        const isHidden = this.hidesReady
        this.hidesReady = false
        return isHidden ? nothing : undefined
      },
      [codeOf('E')]: () => {
        this.hasFailed = true
        return undefined
      },
      [codeOf('1')]: () => (this.parses.shift() === true ? undefined : nothing),
      [codeOf('2')]: unlessSimple,
      [codeOf('n')]: unlessSimple,
      [codeOf('s')]: () => {
        if (!this.#isLimited) return undefined
        this.isSuspended = true
        return nothing
      },
      [codeOf('C')]: (frame) =>
        this.#isLimited && textAt(frame, 5).startsWith('SELECT ')
          ? complete(`SELECT ${this.#rows}`)
          : undefined,
      [codeOf('A')]: (frame) => {
        const channel = textAt(frame, 9)
        target.notify(channel, textAt(frame, 9 + Buffer.byteLength(channel) + 1))
        return nothing
      },
    }
  }

  #isLimited = false

  /**
   * Prepares for the responses to messages.
   *
   * @param limited - the last message is an Execute whose limit the client must not see
   */
  begin(limited: boolean): void {
    if (!(limited && this.isSuspended)) this.#rows = 0
    this.#isLimited = limited
    this.isSuspended = false
    this.isOpen = true
  }

  push(data: Uint8Array): void {
    // PGlite reuses the memory.
    const chunk = Buffer.concat([this.#rest, data])
    let [at, from] = [0, 0]
    while (at < chunk.length) {
      if (this.#passing > 0) {
        const size = Math.min(this.#passing, chunk.length - at)
        this.#passing -= size
        at += size
        continue
      }
      if (chunk.length - at < 5) break
      const size = 1 + chunk.readUInt32BE(at + 1)
      const handler = this.#handlers[chunk[at] ?? 0]
      if (handler === undefined) {
        if (chunk[at] === codeOf('D')) this.#rows += 1
        this.#passing = size
        continue
      }
      if (chunk.length - at < size) break
      // Sent first, because the handler may send something too.
      this.#send(chunk.subarray(from, at))
      const frame = chunk.subarray(at, at + size)
      this.#send(handler(frame) ?? frame)
      at += size
      from = at
    }
    this.#send(chunk.subarray(from, at))
    this.#rest = chunk.subarray(at)
  }

  #send(data: Buffer): void {
    if (data.length > 0) this.#target.write(data)
  }
}
