import * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { valuesOf } from '../schemas/zod-definition.ts'
import type { RawData, ServerSentEvent, StreamComment } from './content/stream-events.ts'
import type { Returned, Sent } from '../schemas/response-value.types.ts'

/** The format of a stream: server-sent events or JSON lines. */
export type StreamFormat = 'sse' | 'jsonl'

/** The definition behind the schema of a stream. */
export interface StreamDefinition {
  readonly format: StreamFormat
  /** Schema of each value. */
  readonly item: z.core.$ZodType
  /** Schema of the data that is not JSON; undefined without such data. */
  readonly raw?: RawSchema | undefined
}

/** The schema of texts. */
type RawSchema = z.core.$ZodType<string, string>
type TextOf<R> = R extends RawSchema ? R['_zod']['output'] : never
type TextOfEvent<R> = R extends RawSchema ? RawData<R['_zod']['input']> : never

/** The schema of JSON lines: handlers return an async iterable of its input, clients read its output. */
export interface StreamSchema<S extends z.core.$ZodType> extends z.core.$ZodType<
  AsyncIterable<Sent<S>>,
  AsyncIterable<Returned<S>>
> {}

/** The schema of server-sent events, whose data is JSON of `S` or a text of `R`. */
export interface EventStreamSchema<S extends z.core.$ZodType, R = never> extends z.core.$ZodType<
  AsyncIterable<Sent<S> | TextOf<R>>,
  AsyncIterable<
    Returned<S> | TextOfEvent<R> | ServerSentEvent<Returned<S> | TextOfEvent<R>> | StreamComment
  >
> {}

/** Options of {@link sse}. */
export interface SseOptions<R extends RawSchema = RawSchema> {
  /** The texts that `raw()` sends as data that is not JSON, such as `z.literal('[DONE]')`. Default: none. */
  readonly raw?: R
}
const sseOptions: OptionNames<SseOptions> = { raw: true }

/** The formats of streams, by schema. A `WeakMap`, since schemas are Zod's objects. */
const streams = new WeakMap<z.core.$ZodType, StreamDefinition>()

/** The definition of a stream, by its schema. */
export const streamOf = (schema: z.core.$ZodType | undefined): StreamDefinition | undefined =>
  schema && streams.get(schema)

function stream(definition: StreamDefinition): z.core.$ZodType {
  const schema = z.custom<AsyncIterable<unknown>>()
  streams.set(schema, definition)
  return schema
}

/** Tests whether a text is JSON, which a client would take for a value. */
export function isJsonText(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The schema of a stream of the same format with other items. */
export const streamWith = (definition: StreamDefinition, item: z.core.$ZodType): z.core.$ZodType =>
  stream({ ...definition, item })

/**
 * Declares a response of server-sent events, one for each value that the handler's async generator yields.
 *
 * The schema validates and filters each value. A comment is sent every 15 seconds to keep the connection open.
 * `event()` gives a value an id, a type or a retry time, `comment()` sends a comment, and `raw()` a text that is not JSON.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a text of `raw` is JSON
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
export function sse<S extends z.core.$ZodType, R extends RawSchema = never>(
  item: S,
  options: SseOptions<R> = {},
): EventStreamSchema<S, R> {
  checkOptions(options, sseOptions, 'sse()')
  const { raw } = options
  for (const text of raw ? valuesOf(raw) : [])
    if (isJsonText(String(text)))
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `sse(): raw has ${JSON.stringify(text)}, which is JSON, and a client would read it as a value. Add it to the schema of the values`,
      )
  // The input of a stream's schema is wider than its output, which z.custom() has no type for.
  return stream({ format: 'sse', item, raw }) as unknown as EventStreamSchema<S, R>
}

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
  // As for sse().
  stream({ format: 'jsonl', item }) as unknown as StreamSchema<S>
