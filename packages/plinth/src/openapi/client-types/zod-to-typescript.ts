import type * as z from 'zod'

type AnyZod = z.core.$ZodType

/** Which side of a schema is written: what a caller may send for it, or what a caller is sent. */
export type Direction = 'sent' | 'received'

/** Writes the types of schemas that a schema holds. */
export interface Writer {
  readonly way: Direction
  readonly type: (schema: AnyZod) => string
  /** What stands before a field: its description. */
  readonly doc: (schema: AnyZod) => string
}

/** What this file reads of a schema's definition. */
interface Definition {
  readonly type: string
  readonly coerce?: boolean
  readonly shape: Readonly<Record<string, AnyZod>>
  readonly catchall?: AnyZod
  readonly innerType: AnyZod
  readonly element: AnyZod
  readonly items: readonly AnyZod[]
  readonly rest: AnyZod | null
  readonly keyType: AnyZod
  readonly valueType: AnyZod
  readonly partial?: boolean
  readonly options: readonly AnyZod[]
  readonly left: AnyZod
  readonly right: AnyZod
  readonly in: AnyZod
  readonly out: AnyZod
  readonly parts: readonly unknown[]
}

type Write = (definition: Definition, writer: Writer, schema: AnyZod) => string

const always =
  (text: string): Write =>
  () =>
    text
/** A type that JSON does not have: a string on the wire, and more ways of sending it. */
const either =
  (sent: string, received: string): Write =>
  (_, { way }) =>
    way === 'sent' ? sent : received
const inner: Write = ({ innerType }, { type }) => type(innerType)
/** Alone it may be left out; what comes out of it is there. */
const filledIn: Write = (definition, writer) =>
  writer.way === 'sent'
    ? union([inner(definition, writer, definition.innerType), 'undefined'])
    : inner(definition, writer, definition.innerType)

const orNothing = ' | undefined'

/** How each kind of schema is written; a kind that is not here is `unknown`. */
const kinds: Readonly<Record<string, Write>> = {
  string: always('string'),
  number: always('number'),
  nan: always('number'),
  boolean: always('boolean'),
  null: always('null'),
  undefined: always('undefined'),
  void: always('void'),
  never: always('never'),
  any: always('any'),
  success: always('boolean'),
  bigint: either('bigint | string', 'string'),
  date: either('Date | string', 'string'),
  file: either('Blob', 'unknown'),
  literal: (_, writer, schema) => choice(schema, writer.way),
  enum: (_, writer, schema) => choice(schema, writer.way),
  template_literal: ({ parts }, { type }) =>
    `\`${parts.map((part) => (isSchema(part) ? `\${${type(part)}}` : escaped(String(part)))).join('')}\``,
  optional: ({ innerType }, { type }, schema) =>
    schema._zod.traits.has('$ZodExactOptional')
      ? type(innerType)
      : union([type(innerType), 'undefined']),
  nonoptional: ({ innerType }, { type }) => {
    const text = type(innerType)
    return text.endsWith(orNothing)
      ? text.slice(0, -orNothing.length)
      : `Exclude<${text}, undefined>`
  },
  nullable: ({ innerType }, { type }) => union([type(innerType), 'null']),
  default: filledIn,
  prefault: filledIn,
  catch: inner,
  readonly: ({ innerType }, { type }) => {
    const text = type(innerType)
    return /^\[|\]$/.test(text) && !text.startsWith('readonly ')
      ? `readonly ${text}`
      : `Readonly<${text}>`
  },
  lazy: (_, { type }, schema) => type((schema as z.core.$ZodLazy)._zod.innerType),
  array: ({ element }, { type }) => list(type(element)),
  set: ({ valueType }, { type, way }) => {
    const value = type(valueType)
    return way === 'sent' ? `ReadonlySet<${value}> | readonly ${list(value)}` : list(value)
  },
  tuple: tuple,
  object: object,
  record: record,
  union: ({ options }, { type }) => union(options.map(type)),
  intersection: ({ left, right }, { type }) => intersection([type(left), type(right)]),
  pipe: (definition, { type, way }) => type(way === 'sent' ? definition.in : definition.out),
}

/** A schema as a type; of schemas that it holds, what the writer says. */
export function zodToTypescript(schema: AnyZod, writer: Writer): string {
  const definition = schema._zod.def as unknown as Definition
  if (definition.coerce === true && writer.way === 'sent') return 'unknown'
  return kinds[definition.type]?.(definition, writer, schema) ?? 'unknown'
}

const isSchema = (part: unknown): part is AnyZod =>
  typeof part === 'object' && part !== null && '_zod' in part
const escaped = (text: string): string => text.replaceAll(/[\\`$]/g, String.raw`\$&`)

/** A string as TypeScript writes it, on one line whatever it holds. */
export const quoted = (text: string): string => {
  const inside = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/\\"|'/g, (quote) => (quote === "'" ? String.raw`\'` : '"'))
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
  return `'${inside}'`
}

/** One pair of braces: an interface can be made of it. */
export const isObject = (text: string): boolean =>
  text.startsWith('{\n') && text.indexOf('\n}') === text.length - 2
/** A type in a place where an operator would tear it apart. */
const grouped = (text: string): string =>
  !isObject(text) && /[|&]|^readonly /.test(text) ? `(${text})` : text
const list = (item: string): string => `${grouped(item)}[]`

/** `A | B`, each once; what takes anything takes the others too. */
export function union(types: readonly string[]): string {
  const each = [
    ...new Set(types.flatMap((type) => (/^[\w |]+$/.test(type) ? type.split(' | ') : type))),
  ]
  const anything = each.find((type) => type === 'any' || type === 'unknown')
  return anything ?? (each.filter((type) => type !== 'never').join(' | ') || 'never')
}
/** `A & B`, but for what says nothing. */
export function intersection(types: readonly string[]): string {
  const some = types.filter((type) => type !== '{}')
  return some.length > 1 ? some.map(grouped).join(' & ') : (some[0] ?? '{}')
}

const choice = (schema: AnyZod, way: Direction): string =>
  union([...(schema._zod.values ?? [])].map((value) => valueText(value, way)))
const valueText = (value: unknown, way: Direction): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return way === 'sent' ? 'bigint | string' : 'string'
  return String(value)
}

function tuple({ items, rest }: Definition, { type, way }: Writer): string {
  const each = items.map((item) =>
    mayBeAbsent(item, way) ? `${grouped(type(item))}?` : type(item),
  )
  return `[${[...each, ...(rest ? [`...${list(type(rest))}`] : [])].join(', ')}]`
}

// not `Record<…>`: a type that holds itself may stand in braces, and not in an argument
function record({ keyType, valueType, partial }: Definition, { type, way }: Writer): string {
  const mark = partial === true || (way === 'sent' && mayBeAbsent(valueType, way)) ? '?' : ''
  const keys = type(keyType)
  return keys === 'string'
    ? `{ [key: string]: ${type(valueType)} }`
    : `{ [key in ${keys}]${mark}: ${type(valueType)} }`
}

/** Whether the field that holds a value of the schema may be left out, as its type says. */
export function mayBeAbsent(schema: AnyZod, way: Direction): boolean {
  const { type, innerType } = schema._zod.def as unknown as Definition
  // one that is caught may be absent at run time; the type of `z.catch()` does not say so
  if (type === 'catch') return mayBeAbsent(innerType, way)
  return (way === 'sent' ? schema._zod.optin : schema._zod.optout) !== undefined
}

/** A field of an object. */
export interface FieldText {
  readonly name: string
  readonly type: string
  readonly optional: boolean
  readonly doc: string
}

function object({ shape, catchall }: Definition, writer: Writer): string {
  const fields = Object.entries(shape).map(([name, schema]) => ({
    name,
    type: writer.type(schema),
    optional: mayBeAbsent(schema, writer.way),
    doc: writer.doc(schema),
  }))
  const others = catchall === undefined ? 'never' : writer.type(catchall)
  return intersection([
    objectText(fields),
    others === 'never' ? '{}' : `{ [key: string]: ${others} }`,
  ])
}

/** `{ id: string; note?: string }`, a line for each. */
export function objectText(fields: readonly FieldText[]): string {
  if (fields.length === 0) return '{}'
  const lines = fields.map(
    ({ name, type, optional, doc }) => `${doc}${key(name)}${optional ? '?' : ''}: ${type}`,
  )
  return `{\n${indented(lines.join('\n'))}\n}`
}
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))

/** Every line of a text, two spaces further in. */
export const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
