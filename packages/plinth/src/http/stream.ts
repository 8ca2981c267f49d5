import * as z from 'zod'
import type { Returned, Sent } from '../schemas/response-value.types.ts'

/** The format of a stream: server-sent events or JSON lines. */
export type StreamFormat = 'sse' | 'jsonl'

/** The definition behind the schema of a stream. */
export interface StreamDefinition {
  readonly format: StreamFormat
  /** Schema of each value. */
  readonly item: z.core.$ZodType
}

/** The schema of a stream: handlers return an async iterable of its input, clients read its output. */
export interface StreamSchema<S extends z.core.$ZodType> extends z.core.$ZodType<
  AsyncIterable<Sent<S>>,
  AsyncIterable<Returned<S> | ServerSentEvent<Returned<S>>>
> {}

/** The formats of streams, by schema. A `WeakMap`, since schemas are Zod's objects. */
const streams = new WeakMap<z.core.$ZodType, StreamDefinition>()

/** The definition of a stream, by its schema. */
export const streamOf = (schema: z.core.$ZodType | undefined): StreamDefinition | undefined =>
  schema && streams.get(schema)

function stream<S extends z.core.$ZodType>(format: StreamFormat, item: S): StreamSchema<S> {
  const schema = z.custom<AsyncIterable<unknown>>()
  streams.set(schema, { format, item })
  // The input of a stream's schema is wider than its output, which z.custom() has no type for.
  return schema as unknown as StreamSchema<S>
}

/**
 * Declares a response of server-sent events, one for each value that the handler's async generator yields.
 *
 * The schema validates and filters each value. A comment is sent every 15 seconds to keep the connection open.
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
 * Declares a response of JSON lines (`application/jsonl`), one for each value that the handler yields.
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
 * Gives a value of an {@link sse} stream an id, a type or a retry time.
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
