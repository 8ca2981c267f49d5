// A notification carries at most 7,999 bytes. A message is one notification, or several that a single statement sends:
// Postgres delivers those of a transaction one after the other, with no other one in between.

/** One notification of a message. */
export interface MessagePart {
  /** The number of the message, the same in each of its parts. */
  readonly id: string
  readonly index: number
  /** The number of parts. */
  readonly count: number
  readonly key: string
  readonly text: string
}

/** The most bytes of a payload. Postgres accepts 7999. */
const mostBytes = 7900

let lastNumber = 0

/**
 * Writes a message as payloads of notifications.
 *
 * Each message has a number, because Postgres delivers equal payloads of one transaction once.
 */
export function writePayloads(key: string, text: string): readonly string[] {
  const id = (lastNumber += 1).toString(36)
  const name = encodeURIComponent(key)
  const only = `${id} ${name} ${text}`
  if (only.length * 3 <= mostBytes || Buffer.byteLength(only) <= mostBytes) return [only]
  const texts = split(text, mostBytes - `${id}.000.000 ${name} `.length)
  return texts.map((part, index) => `${id}.${index}.${texts.length} ${name} ${part}`)
}

/** Reads a payload. */
export function readPayload(payload: string): MessagePart {
  const first = payload.indexOf(' ')
  const second = payload.indexOf(' ', first + 1)
  const [id = '', index = '0', count = '1'] = payload.slice(0, first).split('.')
  return {
    id,
    index: Number(index),
    count: Number(count),
    key: decodeURIComponent(payload.slice(first + 1, second)),
    text: payload.slice(second + 1),
  }
}

/** Splits a text into parts of at most that many bytes of UTF-8, between characters. */
function split(text: string, most: number): string[] {
  const bytes = Buffer.from(text)
  const parts: string[] = []
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + most, bytes.length)
    while (end < bytes.length && isContinuation(bytes[end]!)) end -= 1
    parts.push(bytes.toString('utf8', start, end))
    start = end
  }
  return parts
}

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000

/** Joins the parts of messages. */
export class MessageAssembly {
  #parts: MessagePart[] = []

  /** Returns the text of a complete message, `null` for a message with missing parts; undefined while parts follow. */
  add(part: MessagePart): string | null | undefined {
    if (part.count === 1) return part.text
    if (part.index === 0) this.#parts = []
    const [first] = this.#parts
    const isNext =
      part.index === this.#parts.length && (first === undefined || first.id === part.id)
    const isLast = part.index === part.count - 1
    if (!isNext) {
      this.#parts = []
      return isLast ? null : undefined
    }
    this.#parts.push(part)
    if (!isLast) return undefined
    const text = this.#parts.map((each) => each.text).join('')
    this.#parts = []
    return text
  }
}
