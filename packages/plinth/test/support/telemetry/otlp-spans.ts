import { fieldsOf } from './protobuf-reader.ts'

type Value = string | number | boolean | readonly unknown[]

/** A span as it was sent. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first span of a trace. */
  readonly parentId: string
  readonly name: string
  readonly kind: string
  readonly attributes: Readonly<Record<string, Value>>
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly events: number
  readonly isError: boolean
  /** The message of its status. */
  readonly message: string
  /** Nanoseconds. */
  readonly start: bigint
  readonly end: bigint
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The values of a field, as bytes. */
const all = (bytes: Uint8Array, number: number): Uint8Array[] =>
  [...fieldsOf(bytes)]
    .filter((field) => field.number === number)
    .map(({ value }) => value as Uint8Array)
const one = (bytes: Uint8Array, number: number): Uint8Array =>
  all(bytes, number)[0] ?? new Uint8Array()
const count = (bytes: Uint8Array, number: number): number =>
  Number([...fieldsOf(bytes)].find((field) => field.number === number)?.value ?? 0)
const nanoseconds = (bytes: Uint8Array): bigint =>
  new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)

/**
 * Reads the spans of an `ExportTraceServiceRequest`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export const spansIn = (request: Uint8Array): SentSpan[] =>
  all(request, 1).flatMap((resource) =>
    all(resource, 2).flatMap((scope) => all(scope, 2).map(readSpan)),
  )

function readSpan(bytes: Uint8Array): SentSpan {
  const status = one(bytes, 15)
  return {
    traceId: hex(one(bytes, 1)),
    spanId: hex(one(bytes, 2)),
    parentId: hex(one(bytes, 4)),
    name: text(one(bytes, 5)),
    kind: kinds[count(bytes, 6)] ?? '',
    start: nanoseconds(one(bytes, 7)),
    end: nanoseconds(one(bytes, 8)),
    attributes: Object.fromEntries(all(bytes, 9).map(readAttribute)),
    events: all(bytes, 11).length,
    links: all(bytes, 13).map((link) => ({
      traceId: hex(one(link, 1)),
      spanId: hex(one(link, 2)),
    })),
    isError: count(status, 3) === 2,
    message: text(one(status, 2)),
  }
}

const readAttribute = (bytes: Uint8Array): [string, Value] => [
  text(one(bytes, 1)),
  readValue(one(bytes, 2)),
]

function readValue(bytes: Uint8Array): Value {
  const [field] = fieldsOf(bytes)
  if (field === undefined) return ''
  const { number, value } = field
  if (number === 2) return value === 1n
  if (number === 3) return Number(value)
  const inner = value as Uint8Array
  if (number === 1) return text(inner)
  if (number === 4) return new DataView(inner.buffer, inner.byteOffset).getFloat64(0, true)
  if (number === 5) return all(inner, 1).map(readValue)
  throw new Error(`the attribute has a value of the kind ${number}`)
}
