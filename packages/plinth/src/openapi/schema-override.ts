import * as z from 'zod'

type Json = Record<string, unknown>
type Override = (json: Json, definition: Definition, io: 'input' | 'output') => void

/** What the overrides read of a schema's definition. */
interface Definition {
  readonly type: string
  readonly catchall?: z.core.$ZodType
  readonly values?: readonly unknown[]
  readonly innerType?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly checks?: readonly z.core.$ZodCheck[]
  /** Of a `decimal()`. */
  readonly decimal?: { readonly min?: string; readonly max?: string }
  /** A getter, which calls the function that `.default(() => …)` was given. */
  readonly defaultValue?: unknown
}

const digits = '^-?(?:0|[1-9]\\d*)$'
const offset = true
const local = true
const formats = () => [
  z.uuid(),
  z.uuidv4(),
  z.uuidv6(),
  z.uuidv7(),
  z.guid(),
  z.email(),
  z.ipv4(),
  z.ipv6(),
  z.iso.date(),
  z.iso.time(),
  z.iso.duration(),
  z.iso.datetime(),
  z.iso.datetime({ offset }),
  z.iso.datetime({ local }),
  z.iso.datetime({ offset, local }),
]
/** The expressions that Zod itself writes beside a format: up to 400 characters that say no more than its name. */
const isOfFormat = (pattern: unknown): boolean =>
  (patterns ??= new Set(formats().map((schema) => z.toJSONSchema(schema).pattern))).has(
    pattern as string,
  )
let patterns: ReadonlySet<string | undefined> | undefined

const date: Override = (json) => {
  json['type'] = 'string'
  json['format'] = 'date-time'
}

const bigint: Override = (json) => {
  json['type'] = 'string'
  json['pattern'] = digits
  delete json['format']
}

const number: Override = (json) => {
  // They are JavaScript's own limits and not the API's: they would be in every integer of the document.
  for (const [key, limit] of Object.entries(ownLimits))
    if (limit.includes(json[key] as number)) delete json[key]
}
const ownLimits = {
  minimum: [Number.MIN_SAFE_INTEGER, -Number.MAX_VALUE],
  maximum: [Number.MAX_SAFE_INTEGER, Number.MAX_VALUE],
}

const string: Override = (json, { decimal }) => {
  // JSON Schema has bounds for numbers only.
  if (decimal?.min !== undefined) json['x-minimum'] = decimal.min
  if (decimal?.max !== undefined) json['x-maximum'] = decimal.max
  if (typeof json['format'] === 'string' && isOfFormat(json['pattern'])) delete json['pattern']
}

const file: Override = (json) => {
  // `contentEncoding` would say that the bytes are written as text; in a multipart body they are not.
  delete json['contentEncoding']
  if (!json['anyOf'] && !json['not']) json['contentMediaType'] ??= 'application/octet-stream'
}

const object: Override = (json, definition, io) => {
  // Zod closes what it sends. A client that relied on it would break with the next field; who asks for it by
  // z.strictObject() gets it.
  if (io === 'output' && json['additionalProperties'] === false && !definition.catchall)
    delete json['additionalProperties']
}

/** A list: of what a caller sends each value counts once, what is sent has each once. */
const set: Override = (json, { valueType, checks = [] }, io) => {
  const item = z.toJSONSchema(valueType as z.core.$ZodType, {
    override: ({ zodSchema, jsonSchema }) =>
      schemaOverride({ zodSchema, jsonSchema: jsonSchema, io }),
    unrepresentable: 'any',
    io,
  })
  const { $schema: _, ...items } = item as Json
  Object.assign(json, { type: 'array', items })
  if (io === 'output') json['uniqueItems'] = true
  for (const check of checks) {
    const { minimum, maximum } = check._zod.def as { minimum?: number; maximum?: number }
    if (minimum !== undefined) json['minItems'] = minimum
    if (maximum !== undefined && io === 'output') json['maxItems'] = maximum
  }
}

const literal: Override = (json, definition) => {
  const values = definition.values ?? []
  if (!values.some((value) => typeof value === 'bigint')) return
  for (const key of ['const', 'enum', 'type']) delete json[key]
  if (values.every((value) => typeof value === 'bigint')) json['type'] = 'string'
  json['enum'] = values.map(wireValue)
}

const fallback: Override = (json, definition) => {
  const [first, second] = [definition.defaultValue, definition.defaultValue]
  if (typeof first === 'bigint') json['default'] = wireValue(first)
  // A function's value, as the present time or a new id, is another one for each caller.
  else if (!isSame(first, second)) delete json['default']
}
/** Dates by identity: two of the present time are often of the same millisecond. */
const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (!(a instanceof Date) && JSON.stringify(a) === JSON.stringify(b))

const overrides: Readonly<Record<string, Override>> = {
  date,
  bigint,
  number,
  string,
  file,
  object,
  literal,
  set,
  default: fallback,
  prefault: fallback,
}

const wireValue = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

/** Makes of Zod's JSON Schema what is really on the wire: dates and bigints as strings, no limits of JavaScript's. */
export function schemaOverride(context: {
  zodSchema: z.core.$ZodType
  jsonSchema: Json
  io: 'input' | 'output'
}): void {
  const { zodSchema, jsonSchema: json, io } = context
  const definition = zodSchema._zod.def as unknown as Definition
  overrides[definition.type]?.(json, definition, io)
  if (Array.isArray(json['examples'])) json['examples'] = json['examples'].map(wireValue)
}
