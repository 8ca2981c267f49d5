import type { EventCursor } from './event-cursor.ts'

/** A message of an event stream (server-sent events). */
export interface EventMessage {
  readonly data: string
  /** The last id that was sent, by this message or an earlier one. */
  readonly id: string
  /** Default `message`. */
  readonly event: string
  /** The last reconnection delay that was sent, in milliseconds. */
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
    // A reader that stops early closes the connection. Cancel rejects if it is closed or broken already.
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * Splits a text into lines, which may end with CR, LF or CRLF.
 *
 * @param onTruncated - called for a last line without a line end, to throw. Default: it counts as a line
 */
export async function* linesOf(body: Bytes, onTruncated?: () => never): AsyncGenerator<string> {
  let rest = ''
  for await (const text of textOf(body)) {
    // A CR at the end of the buffer may be half of a CRLF.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '' && !rest.endsWith('\r')) onTruncated?.()
  if (rest !== '') yield rest.replace(/\r$/, '')
}

/**
 * Parses the messages of an event stream. An unfinished message at the end is dropped.
 *
 * @param lastId - the id of the last message of an earlier connection
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* messagesOf(body: Bytes, lastId: string = ''): AsyncGenerator<EventMessage> {
  let id = lastId
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

function truncated(): never {
  throw new TypeError('The stream ended in the middle of a line')
}

async function* linesOfJson(body: Bytes): AsyncGenerator<string> {
  for await (const line of linesOf(body, truncated)) if (line !== '') yield line
}
async function* dataOf(body: Bytes, cursor?: EventCursor): AsyncGenerator<string> {
  for await (const { data, id, retry } of messagesOf(body, cursor?.id)) {
    if (cursor !== undefined) Object.assign(cursor, { id, ...(retry !== undefined && { retry }) })
    yield data
  }
}

/** Finds the JSON of each value in a stream, by content type. */
export const streams: Readonly<
  Record<string, (body: Bytes, cursor?: EventCursor) => AsyncGenerator<string>>
> = {
  'text/event-stream': dataOf,
  'application/jsonl': linesOfJson,
}
