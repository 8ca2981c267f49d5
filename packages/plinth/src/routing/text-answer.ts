/** What a text is sent with. */
interface TextParts {
  /** Its media type; undefined where there is no body. */
  readonly type: string | undefined
  readonly requestId: string
  readonly body: string | null
  /** Headers of this answer alone, none of which every answer has. */
  readonly own: readonly (readonly [name: string, value: string])[]
}

/**
 * An answer that is a text and the headers that every answer has: not yet a `Response`, since `serve()` writes it to
 * the connection as it is.
 */
export class TextAnswer {
  readonly status: number
  readonly body: string | null
  readonly #base: Readonly<Record<string, string>>
  readonly #type: string | undefined
  readonly #requestId: string
  readonly #own: TextParts['own']

  /** @param base - the same object for the same headers */
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
    return new Response(this.body, {
      status: this.status,
      headers: this.#own.length === 0 ? headers : [...Object.entries(headers), ...pairs(this.#own)],
    })
  }

  /** Names and values by turns, with the length of the body, as Node takes them. */
  headerList(): string[] {
    const list = [...listOf(this.#base), 'x-request-id', this.#requestId]
    if (this.#type !== undefined) list.push('content-type', this.#type)
    if (this.body !== null) list.push('content-length', String(Buffer.byteLength(this.body)))
    for (const [name, value] of this.#own) list.push(name, value)
    return list
  }
}

const pairs = (list: TextParts['own']): [string, string][] =>
  list.map(([name, value]) => [name, value])

const lists = new WeakMap<object, readonly string[]>()

function listOf(headers: Readonly<Record<string, string>>): readonly string[] {
  const known = lists.get(headers)
  if (known !== undefined) return known
  const made = Object.entries(headers).flat()
  lists.set(headers, made)
  return made
}
