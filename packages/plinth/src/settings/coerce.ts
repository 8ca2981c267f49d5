import type * as z from 'zod'
import type { Schema } from './secret.ts'

type Definition = Schema['_zod']['def'] & {
  readonly innerType?: Schema
  readonly in?: Schema
  readonly element?: Schema
  readonly valueType?: Schema
  readonly items?: readonly Schema[]
  readonly rest?: Schema | null
  readonly options?: readonly Schema[]
  readonly left?: Schema
  readonly getter?: () => Schema
  readonly entries?: Readonly<Record<string, string | number>>
  readonly values?: readonly unknown[]
}
type Coerce = (text: string, definition: Definition) => unknown

const words: Readonly<Record<string, boolean>> = {
  __proto__: null as never,
  true: true,
  1: true,
  yes: true,
  on: true,
  y: true,
  enabled: true,
  false: false,
  0: false,
  no: false,
  off: false,
  n: false,
  disabled: false,
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const integer = /^[+-]?\d+$/

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** What stood inside a JSON list is text only where it was written in quotes. */
const item = (value: unknown, schema: Schema | undefined): unknown =>
  typeof value === 'string' && schema !== undefined ? coerce(schema, value) : value

const listed = (text: string): unknown =>
  text.trimStart().startsWith('[')
    ? json(text)
    : text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')

function list(text: string, schemaAt: (index: number) => Schema | undefined): unknown {
  const items = listed(text)
  return Array.isArray(items) ? items.map((value, index) => item(value, schemaAt(index))) : items
}

const oneOf = (text: string, allowed: readonly unknown[]): unknown =>
  allowed.find((value) => String(value) === text) ?? text

function union(text: string, options: readonly Schema[]): unknown {
  for (const option of options) {
    const value = coerce(option, text)
    if ((option as z.ZodType).safeParse(value).success) return value
  }
  return json(text)
}

const inner: Coerce = (text, definition) => coerce(definition.innerType!, text)
const object: Coerce = (text) => json(text)
const same: Coerce = (text) => text

/** How a setting's text becomes what its schema checks, by the schema's kind; any other kind is given the text. */
const kinds: Readonly<Record<string, Coerce>> = {
  number: (text) => (number.test(text.trim()) ? Number(text) : text),
  int: (text) => (number.test(text.trim()) ? Number(text) : text),
  bigint: (text) => (integer.test(text.trim()) ? BigInt(text.trim().replace(/^\+/, '')) : text),
  boolean: (text) => words[text.trim().toLowerCase()] ?? text,
  date: (text) => {
    const date = new Date(text)
    return /^\d{4}-\d\d/.test(text) && !Number.isNaN(date.getTime()) ? date : text
  },
  null: (text) => (text === '' ? null : text),
  array: (text, { element }) => list(text, () => element),
  set: (text, { valueType }) => {
    const items = list(text, () => valueType)
    return Array.isArray(items) ? new Set(items) : items
  },
  tuple: (text, { items, rest }) => list(text, (index) => items?.[index] ?? rest ?? undefined),
  object,
  record: object,
  map: (text) => {
    const value = json(text)
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : value
  },
  enum: (text, { entries }) => oneOf(text, Object.values(entries ?? {})),
  literal: (text, { values }) => oneOf(text, values ?? []),
  union: (text, { options }) => union(text, options ?? []),
  intersection: (text, { left }) => coerce(left!, text),
  pipe: (text, definition) => coerce(definition.in!, text),
  lazy: (text, { getter }) => coerce(getter!(), text),
  nullable: (text, definition) => (text === '' ? null : inner(text, definition)),
  optional: inner,
  nonoptional: inner,
  default: inner,
  prefault: inner,
  catch: inner,
  readonly: inner,
  success: inner,
}

/**
 * The text of a setting as its schema expects it; the text itself where it cannot be that, so that the schema says why.
 *
 * ```
 * z.int()           '8000'         8000
 * z.boolean()       'on'           true      true 1 yes on y enabled, false 0 no off n disabled
 * z.array(z.int())  '1, 2'         [1, 2]    or JSON: '[1, 2]'
 * z.object({ … })   '{"a": 1}'     { a: 1 }
 * ```
 */
export const coerce = (schema: Schema, text: string): unknown => {
  const definition = schema._zod.def as Definition
  return (kinds[definition.type] ?? same)(text, definition)
}
