/** The fields of a server-sent event, except its data. */
export interface EventFields {
  /** The event's id, which the browser sends back as `Last-Event-ID` when it reconnects. */
  readonly id?: string
  /** The event's type. Default: `message`. */
  readonly event?: string
  /** Milliseconds after which the browser reconnects. */
  readonly retry?: number
}

/**
 * A value with the fields of its event, created by {@link event}.
 *
 * @example
 * ```ts
 * import { event, type ServerSentEvent } from 'plinth'
 *
 * const greeting: ServerSentEvent<string> = event('hello', { id: '1' })
 * ```
 */
export class ServerSentEvent<T> {
  readonly data: T
  readonly fields: EventFields
  constructor(data: T, fields: EventFields) {
    this.data = data
    this.fields = fields
  }
}

/**
 * Gives a value of an `sse()` stream an id, a type or a retry time.
 *
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { event, router, sse } from 'plinth'
 *
 * const news = router('/news')
 * export const stream = news.get('/', { response: sse(z.string()) }, async function* () {
 *   yield event('hello', { id: '1', event: 'greeting' })
 * })
 * ```
 */
export const event = <T>(data: T, fields: EventFields = {}): ServerSentEvent<T> =>
  new ServerSentEvent(data, fields)

/**
 * The data of an event that is not JSON, created by {@link raw}.
 *
 * @example
 * ```ts
 * import { raw, type RawData } from 'plinth'
 *
 * const done: RawData<'[DONE]'> = raw('[DONE]')
 * ```
 */
export class RawData<T extends string = string> {
  readonly kind = 'raw'
  readonly text: T
  constructor(text: T) {
    this.text = text
  }
}

/**
 * Sends a text that is not JSON as the data of an event, such as the `[DONE]` of OpenAI's API.
 *
 * The stream declares its texts: `sse(Chunk, { raw: z.literal('[DONE]') })`. A client gets the text itself, so it must
 * not be JSON: yield the value instead. `event(raw('[DONE]'), { id })` gives it an id.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { raw, router, sse } from 'plinth'
 *
 * const Chunk = z.object({ text: z.string() })
 * const completion = sse(Chunk, { raw: z.literal('[DONE]') })
 * export const complete = router('/completions').post('/', { response: completion }, async function* () {
 *   yield { text: 'Hello' }
 *   yield raw('[DONE]')
 * })
 * ```
 */
export const raw = <const T extends string>(text: T): RawData<T> => new RawData(text)

/**
 * A comment in a stream, created by {@link comment}.
 *
 * @example
 * ```ts
 * import { comment, type StreamComment } from 'plinth'
 *
 * const note: StreamComment = comment('still here')
 * ```
 */
export class StreamComment {
  readonly kind = 'comment'
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/**
 * Sends a comment in an `sse()` stream. Clients ignore it, but it keeps a connection open and helps in a log.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { comment, router, sse } from 'plinth'
 *
 * export const news = router('/news').get('/', { response: sse(z.string()) }, async function* () {
 *   yield comment('connected')
 *   yield 'hello'
 * })
 * ```
 */
export const comment = (text: string): StreamComment => new StreamComment(text)
