import type { IncomingMessage } from 'node:http'

/** A request as its client sent it, secrets included. It stays in memory. */
export interface SentRequest {
  readonly method: string
  readonly target: string
  /** Names and values alternate, as they were sent. */
  readonly headers: readonly string[]
  /** The body; `undefined` if it is not complete, or too large to keep. */
  body(): Buffer | undefined
}

/** How many requests can be sent again, and with how many bytes each. */
const most = { requests: 50, bytes: 64 * 1024 } as const

/** The credentials and the bodies of the last requests, and the values of their statements. */
export class SentRequests {
  readonly #sent = new Map<number, SentRequest>()
  readonly #values = new Map<number, Map<number, readonly unknown[]>>()

  /** Keeps a request, and its body as it arrives. */
  keep(id: number, message: IncomingMessage): void {
    const { method = 'GET', url = '/', rawHeaders } = message
    const body = copyBody(message)
    this.#sent.set(id, { method, target: url, headers: rawHeaders, body })
    this.#values.set(id, new Map())
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= most.requests) return
      this.#sent.delete(oldest)
      this.#values.delete(oldest)
    }
  }

  /** Keeps the values of a statement, for its plan. */
  keepValues(id: number, span: number, values: readonly unknown[]): void {
    if (values.some(isLarge)) return
    this.#values.get(id)?.set(span, values)
  }

  get(id: number): SentRequest | undefined {
    return this.#sent.get(id)
  }

  valuesOf(id: number, span: number): readonly unknown[] | undefined {
    return this.#values.get(id)?.get(span)
  }

  forget(id: number): void {
    this.#sent.delete(id)
    this.#values.delete(id)
  }

  clear(): void {
    this.#sent.clear()
    this.#values.clear()
  }
}

/** Tests whether a value of a statement is too large to keep. */
const isLarge = (value: unknown): boolean =>
  (typeof value === 'string' || ArrayBuffer.isView(value)) &&
  (typeof value === 'string' ? value.length : value.byteLength) > 4000

/**
 * Copies a body while it arrives, without reading it: the parser hands each part over with `push`.
 *
 * What arrived before, while the service was loading, is copied too, and put back for the handler.
 */
function copyBody(message: IncomingMessage): () => Buffer | undefined {
  const parts: Buffer[] = []
  let length = 0
  let isWhole = true
  const keep = (chunk: Buffer): void => {
    length += chunk.length
    if (length > most.bytes) {
      isWhole = false
      parts.length = 0
    } else if (isWhole) parts.push(chunk)
  }
  const arrived: unknown = message.readableLength > 0 ? message.read() : null
  if (Buffer.isBuffer(arrived)) {
    keep(arrived)
    message.unshift(arrived)
  }
  const push = message.push.bind(message)
  message.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(chunk)) keep(chunk)
    return push(chunk, encoding)
  }
  return () => (isWhole && message.complete ? Buffer.concat(parts) : undefined)
}
