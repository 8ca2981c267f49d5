import { RawData, ServerSentEvent, StreamComment } from '../../http/content/stream-events.ts'
import { isJsonText, type StreamFormat } from '../../http/stream.ts'
import { LiveEvent } from '../../live/live-list.ts'
import type { CompiledRoute } from '../compiled-route.ts'
import { misfit, textOf } from '../response-text.ts'
import type { ResultEncoding } from './result-encoding.types.ts'

type StreamEncoding = Extract<ResultEncoding, { readonly kind: StreamFormat }>

const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')

/** One field per line of a text: a line break would end the field. */
const lines = (field: string, text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => `${field}: ${line}\n`)
    .join('')

/** Writes an event. Its data is whole lines already. */
function eventText(data: string, fields: ServerSentEvent<unknown>['fields']): string {
  return [
    fields.event === undefined ? '' : `event: ${oneLine(fields.event)}\n`,
    fields.id === undefined ? '' : `id: ${oneLine(fields.id)}\n`,
    fields.retry === undefined ? '' : `retry: ${Math.trunc(fields.retry)}\n`,
    `${data}\n`,
  ].join('')
}

/** The data of an event that is not JSON. It must be declared, and a client must be able to tell it from JSON. */
function rawText(route: CompiledRoute, { raw }: StreamEncoding, { text }: RawData): string {
  if (raw === undefined)
    throw misfit(
      route,
      'raw() made, and its stream declares no such texts. Add them: sse(schema, { raw: z.literal(…) })',
    )
  if (!raw.decode(text).ok)
    throw misfit(route, 'raw() made of a text that its stream does not declare')
  if (isJsonText(text))
    throw misfit(
      route,
      'raw() made of JSON, which a client would read as a value. Yield the value itself',
    )
  return text
}

function encodeEvent(route: CompiledRoute, encoding: StreamEncoding, item: unknown): string {
  // written by Postgres already
  if (item instanceof LiveEvent) return eventText(`data: ${item.text}\n`, { id: item.id })
  if (item instanceof StreamComment) return `${lines('', item.text)}\n`
  const wrapped = item instanceof ServerSentEvent
  const data: unknown = wrapped ? item.data : item
  const text =
    data instanceof RawData
      ? lines('data', rawText(route, encoding, data))
      : // JSON has no line breaks
        `data: ${textOf(route, encoding, data)}\n`
  return eventText(text, wrapped ? item.fields : {})
}

function encodeLine(route: CompiledRoute, encoding: StreamEncoding, item: unknown): string {
  for (const [kind, name] of eventKinds)
    if (item instanceof kind)
      throw misfit(route, `${name}() made, which JSON lines do not have: yield the value itself`)
  return `${textOf(route, encoding, item)}\n`
}
const eventKinds = [
  [ServerSentEvent, 'event'],
  [RawData, 'raw'],
  [StreamComment, 'comment'],
] as const

/** Writes an item of a stream, by the format of the stream. */
export const textOfItem = (route: CompiledRoute, encoding: StreamEncoding, item: unknown): string =>
  encoding.kind === 'sse' ? encodeEvent(route, encoding, item) : encodeLine(route, encoding, item)
