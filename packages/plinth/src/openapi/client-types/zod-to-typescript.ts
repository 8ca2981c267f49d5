import type * as z from 'zod'
import type { AnySchema } from '../../schemas/any-schema.ts'
import { kindOf } from '../../schemas/kinds.ts'
import type { Direction, TypeContext } from '../../schemas/kinds/value-kind.ts'
import {
  grouped,
  intersectionText,
  listText,
  quoted,
  unionText,
} from '../../schemas/typescript-text.ts'
import { fieldsOnWire } from '../../schemas/names/wire-names.ts'
import {
  callByType,
  definitionOf,
  isCodec,
  isSchema,
  memberOf,
  type ByType,
  type DefinitionOf,
} from '../../schemas/zod-definition.ts'

/** Writes the types of schemas inside another one. */
export interface Writer extends TypeContext {
  /** The comment before a field: its description. */
  readonly doc: (schema: AnySchema) => string
}

const orUndefined = ' | undefined'

/** The type that its kind of value has on the wire. */
function ofKind(schema: AnySchema, writer: Writer): string {
  const text = kindOf(schema)?.typescript
  if (typeof text === 'function') return text(schema, writer)
  return typeof text === 'object' ? text[writer.way] : (text ?? 'unknown')
}

/** A value with a default: a caller may leave it out, and always receives it. */
const filledIn = (
  { innerType }: DefinitionOf<'default' | 'prefault'>,
  { type, way }: Writer,
): string => (way === 'sent' ? unionText([type(innerType), 'undefined']) : type(innerType))

function required({ innerType }: DefinitionOf<'nonoptional'>, { type }: Writer): string {
  const text = type(innerType)
  return text.endsWith(orUndefined)
    ? text.slice(0, -orUndefined.length)
    : `Exclude<${text}, undefined>`
}

function readonly({ innerType }: DefinitionOf<'readonly'>, { type }: Writer): string {
  const text = type(innerType)
  return /^\[|\]$/.test(text) && !text.startsWith('readonly ')
    ? `readonly ${text}`
    : `Readonly<${text}>`
}

/** The types of wrappers, of schemas that hold others, and of values that have no kind. */
const structures: ByType<string, [writer: Writer, schema: AnySchema]> = {
  nan: () => 'number',
  undefined: () => 'undefined',
  void: () => 'void',
  never: () => 'never',
  any: () => 'any',
  success: () => 'boolean',
  optional: ({ innerType }, { type }, schema) =>
    schema._zod.traits.has('$ZodExactOptional')
      ? type(innerType)
      : unionText([type(innerType), 'undefined']),
  nonoptional: required,
  nullable: ({ innerType }, { type }) => unionText([type(innerType), 'null']),
  default: filledIn,
  prefault: filledIn,
  catch: ({ innerType }, { type }) => type(innerType),
  readonly,
  // Zod caches the getter's result, so that a recursive schema is recognized as the same one
  lazy: (_, { type }, schema) => type((schema as z.core.$ZodLazy)._zod.innerType),
  array: ({ element }, { type }) => listText(type(element)),
  tuple,
  object,
  record,
  union: ({ options }, { type }) => unionText(options.map(type)),
  intersection: ({ left, right }, { type }) => intersectionText([type(left), type(right)]),
  pipe: (definition, { type, way }, schema) =>
    type(way === 'sent' || isCodec(schema) ? definition.in : definition.out),
  template_literal: ({ parts }, { type }) =>
    `\`${parts.map((part) => (isSchema(part) ? `\${${type(part)}}` : escaped(String(part)))).join('')}\``,
}

/** A schema as a TypeScript type. The writer gives the types of the schemas inside it. */
export function zodToTypescript(schema: AnySchema, writer: Writer): string {
  const definition = definitionOf(schema)
  const coerces = 'coerce' in definition && definition.coerce
  if (coerces && writer.way === 'sent') return 'unknown'
  return callByType(structures, schema, writer, schema) ?? ofKind(schema, writer)
}

const escaped = (text: string): string => text.replaceAll(/[\\`$]/g, String.raw`\$&`)

function tuple({ items, rest }: DefinitionOf<'tuple'>, { type, way }: Writer): string {
  const each = items.map((item) =>
    mayBeAbsent(item, way) ? `${grouped(type(item))}?` : type(item),
  )
  return `[${[...each, ...(rest ? [`...${listText(type(rest))}`] : [])].join(', ')}]`
}

// not `Record<…>`: TypeScript allows a recursive type in braces, but not as a type argument
function record(definition: DefinitionOf<'record'>, { type, way }: Writer): string {
  const { keyType, valueType } = definition
  const isPartial = memberOf(definition, 'partial') === true
  const mark = isPartial || (way === 'sent' && mayBeAbsent(valueType, way)) ? '?' : ''
  const keys = type(keyType)
  return keys === 'string'
    ? `{ [key: string]: ${type(valueType)} }`
    : `{ [key in ${keys}]${mark}: ${type(valueType)} }`
}

/** Tests whether the type of a field says that it may be left out. */
export function mayBeAbsent(schema: AnySchema, way: Direction): boolean {
  const definition = definitionOf(schema)
  // a value with `.catch()` may be absent at run time, but its type does not say so
  if (definition.type === 'catch') return mayBeAbsent(definition.innerType, way)
  return (way === 'sent' ? schema._zod.optin : schema._zod.optout) !== undefined
}

/** A field of an object. */
export interface FieldText {
  readonly name: string
  readonly type: string
  readonly optional: boolean
  readonly doc: string
}

function object(
  { shape, catchall }: DefinitionOf<'object'>,
  writer: Writer,
  self: AnySchema,
): string {
  const fields = fieldsOnWire(self, shape).map(([name, schema]) => ({
    name,
    type: writer.type(schema),
    optional: mayBeAbsent(schema, writer.way),
    doc: writer.doc(schema),
  }))
  const others = catchall === undefined ? 'never' : writer.type(catchall)
  return intersectionText([
    objectText(fields),
    others === 'never' ? '{}' : `{ [key: string]: ${others} }`,
  ])
}

/** The type of an object, one field per line. */
export function objectText(fields: readonly FieldText[]): string {
  if (fields.length === 0) return '{}'
  const lines = fields.map(
    ({ name, type, optional, doc }) => `${doc}${key(name)}${optional ? '?' : ''}: ${type}`,
  )
  return `{\n${indented(lines.join('\n'))}\n}`
}
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))

/** Indents every line of a text by two spaces. */
export const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
