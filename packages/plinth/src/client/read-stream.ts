/** A message of an event stream. */
export interface EventMessage {
  readonly data: string
  /** The last id that was sent, by this message or one before it. */
  readonly id: string
  /** Default `message`. */
  readonly event: string
  /** Milliseconds after which to reconnect, the last that was sent. */
  readonly retry: number | undefined
}

type Bytes = ReadableStream<Uint8Array>

async function* textOf(body: Bytes): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read())
      yield decoder.decode(next.value, { stream: true })
    yield decoder.decode()
  } finally {
    // whoever stops reading closes the connection; one that is closed or broken already may say so
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * The lines of a text, whichever way they end.
 *
 * @param isCut - given a last line that has no end; what it throws is the end of the lines. Default: it is one of them
 */
export async function* linesOf(body: Bytes, isCut?: () => never): AsyncGenerator<string> {
  let rest = ''
  for await (const text of textOf(body)) {
    // a CR at the end of what there is may be half of a CRLF
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '' && !rest.endsWith('\r')) isCut?.()
  if (rest !== '') yield rest.replace(/\r$/, '')
}

/**
 * The messages of an event stream; what is not finished when it ends is none.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* messagesOf(body: Bytes): AsyncGenerator<EventMessage> {
  let id = ''
  let retry: number | undefined
  let event = ''
  let data: string[] = []
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { data: data.join('\n'), id, event: event || 'message', retry }
      data = []
      event = ''
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    if (field === 'event') event = value
    if (field === 'id' && !value.includes('\0')) id = value
    if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value)
  }
}

function cutOff(): never {
  throw new TypeError('The stream ended within a line')
}

async function* linesOfJson(body: Bytes): AsyncGenerator<string> {
  for await (const line of linesOf(body, cutOff)) if (line !== '') yield line
}
async function* dataOf(body: Bytes): AsyncGenerator<string> {
  for await (const message of messagesOf(body)) yield message.data
}

/** How the JSON of each value is found in a stream, by its content type. */
export const streams: Readonly<Record<string, (body: Bytes) => AsyncGenerator<string>>> = {
  'text/event-stream': dataOf,
  'application/jsonl': linesOfJson,
}
