import { RawText, type Text } from './raw-text.ts'
import { isHeaderValue } from './reply.ts'

/** The parts of a {@link TextResponse}. */
interface TextParts {
  /** Its media type; `undefined` without a body. */
  readonly type: string | undefined
  readonly requestId: string
  readonly body: Text | null
  /** Headers of this response alone: none of them is among the common headers. */
  readonly own: readonly (readonly [name: string, value: string])[]
}

/**
 * A text response that is not a `Response` yet: `serve()` writes it to the connection directly.
 */
export class TextResponse {
  readonly status: number
  readonly body: Text | null
  readonly #base: Readonly<Record<string, string>>
  readonly #type: string | undefined
  readonly #requestId: string
  readonly #own: TextParts['own']

  /** @param base - the headers of every response: the same object for the same headers */
  constructor(status: number, base: Readonly<Record<string, string>>, parts: TextParts) {
    this.status = status
    this.body = parts.body
    this.#base = base
    this.#type = parts.type
    this.#requestId = parts.requestId
    this.#own = parts.own
  }

  toResponse(): Response {
    const headers: Record<string, string> = { ...this.#base, 'x-request-id': this.#requestId }
    if (this.#type !== undefined) headers['content-type'] = this.#type
    const { body } = this
    return new Response(body instanceof RawText ? body.bytes : body, {
      status: this.status,
      headers: this.#own.length === 0 ? headers : [...Object.entries(headers), ...pairs(this.#own)],
    })
  }

  /** All headers, names and values in turn, in the form that Node takes. */
  headerList(length = 0): string[] {
    const list = [...Object.entries(this.#base).flat(), 'x-request-id', this.#requestId]
    if (this.#type !== undefined) list.push('content-type', this.#type)
    if (this.body !== null) list.push('content-length', String(length))
    return [...list, ...this.ownList()]
  }

  /** Its own headers in the same form. */
  ownList(): string[] {
    return this.#own.length === 0 ? [] : this.#own.flat()
  }

  /** `true` if its own headers are ASCII. */
  get isAscii(): boolean {
    for (const [, value] of this.#own) if (beyondAscii.test(value)) return false
    return true
  }

  /** The other headers as HTTP/1.1 lines; `undefined` if one of them is not ASCII, or not valid. */
  lines(): string | undefined {
    const common = linesOf(this.#base)
    if (common === undefined) return undefined
    const id = `${common}x-request-id: ${this.#requestId}\r\n`
    return this.#type === undefined ? id : `${id}content-type: ${this.#type}\r\n`
  }
}

const beyondAscii = /[\u0080-\uffff]/

const pairs = (list: TextParts['own']): [string, string][] =>
  list.map(([name, value]) => [name, value])

/** The header lines of an app's common headers, by the frozen record that they were written from. */
const known = new WeakMap<object, { readonly lines: string | undefined }>()

function linesOf(headers: Readonly<Record<string, string>>): string | undefined {
  const found = known.get(headers)
  if (found !== undefined) return found.lines
  const entries = Object.entries(headers)
  const lines = entries.every(([, value]) => isHeaderValue(value) && !beyondAscii.test(value))
    ? entries.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    : undefined
  known.set(headers, { lines })
  return lines
}
