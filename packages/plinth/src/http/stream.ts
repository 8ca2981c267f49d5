import * as z from 'zod'

/** How a stream of values is written. */
export type StreamFormat = 'sse' | 'jsonl'

/** What the framework must know of a stream's schema. */
export interface StreamDefinition {
  readonly format: StreamFormat
  /** Schema of each value. */
  readonly item: z.core.$ZodType
}

/** The schema of a stream: a handler gives an async iterable of what goes in, a client reads what comes out. */
export interface StreamSchema<S extends z.core.$ZodType> extends z.core.$ZodType<
  AsyncIterable<z.output<S>>,
  AsyncIterable<z.input<S> | ServerSentEvent<z.input<S>>>
> {}

/** The formats of streams, by schema. A `WeakMap`, since schemas are Zod's objects. */
const streams = new WeakMap<z.core.$ZodType, StreamDefinition>()

/** What a response's schema says of a stream, if it is one. */
export const streamOf = (schema: z.core.$ZodType | undefined): StreamDefinition | undefined =>
  schema && streams.get(schema)

function stream<S extends z.core.$ZodType>(format: StreamFormat, item: S): StreamSchema<S> {
  const schema = z.custom<AsyncIterable<unknown>>()
  streams.set(schema, { format, item })
  // The input of a stream's schema is wider than its output, which z.custom() has no type for.
  return schema as unknown as StreamSchema<S>
}

/**
 * The response as server-sent events, one for each value that the handler's async generator yields.
 *
 * Each value is checked and filtered by the schema. A comment is sent every 15 seconds to keep the connection.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { router, sse } from 'plinth'
 *
 * const clock = router('/clock')
 * export const ticks = clock.get('/', { response: sse(z.object({ at: z.date() })) }, async function* ({ signal }) {
 *   while (!signal.aborted) {
 *     yield { at: new Date() }
 *     await new Promise((resolve) => setTimeout(resolve, 1000))
 *   }
 * })
 * ```
 */
export const sse = <S extends z.core.$ZodType>(item: S): StreamSchema<S> => stream('sse', item)

/**
 * The response as JSON lines (`application/jsonl`), one for each value that the handler's async generator yields.
 *
 * @see https://jsonlines.org
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { jsonLines, router } from 'plinth'
 *
 * const exports = router('/exports')
 * export const numbers = exports.get('/', { response: jsonLines(z.object({ n: z.int() })) }, async function* () {
 *   for (let n = 0; n < 3; n++) yield { n }
 * })
 * ```
 */
export const jsonLines = <S extends z.core.$ZodType>(item: S): StreamSchema<S> =>
  stream('jsonl', item)

/** The fields of a server-sent event besides its data. */
export interface EventFields {
  /** Sent back by the browser as `Last-Event-ID` when it reconnects. */
  readonly id?: string
  /** The event's type; by default `message`. */
  readonly event?: string
  /** Milliseconds after which the browser reconnects. */
  readonly retry?: number
}

/**
 * A value with the fields of its event: made by {@link event}.
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
 * A value of an {@link sse} stream with an id, a type or a retry time.
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
export const event = <T>(data: T, fields: EventFields): ServerSentEvent<T> =>
  new ServerSentEvent(data, fields)
