import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { kindOf } from '../schemas/kinds.ts'
import { callByType, inputSideOf, typeOf, type ByType } from '../schemas/zod-definition.ts'

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Coerces an item of a list; in a JSON list, only items in quotes are text. */
const item = (value: unknown, schema: AnySchema | undefined): unknown =>
  typeof value === 'string' && schema !== undefined ? coerce(schema, value) : value

const listed = (text: string): unknown =>
  text.trimStart().startsWith('[')
    ? json(text)
    : text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')

function list(text: string, schemaAt: (index: number) => AnySchema | undefined): unknown {
  const items = listed(text)
  return Array.isArray(items) ? items.map((value, index) => item(value, schemaAt(index))) : items
}

function union(text: string, options: readonly AnySchema[]): unknown {
  for (const option of options) {
    const value = coerce(option, text)
    if (z.safeParse(option, value).success) return value
  }
  return json(text)
}

function set(text: string, valueType: AnySchema): unknown {
  const items = list(text, () => valueType)
  return Array.isArray(items) ? new Set<unknown>(items) : items
}

function map(text: string): unknown {
  const value = json(text)
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : value
}

const byType: ByType<unknown, [text: string]> = {
  array: ({ element }, text) => list(text, () => element),
  tuple: ({ items, rest }, text) => list(text, (index) => items[index] ?? rest ?? undefined),
  set: ({ valueType }, text) => set(text, valueType),
  map: (_, text) => map(text),
  object: (_, text) => json(text),
  record: (_, text) => json(text),
  union: ({ options }, text) => union(text, options),
  intersection: ({ left }, text) => coerce(left, text),
  lazy: ({ getter }, text) => coerce(getter(), text),
  nullable: ({ innerType }, text) => (text === '' ? null : coerce(innerType, text)),
}

/**
 * Coerces the text of a setting to the type that its schema expects.
 *
 * Text that cannot be of that type is returned unchanged, so that the schema reports the problem.
 *
 * ```
 * z.int()           '8000'         8000
 * z.boolean()       'on'           true      true 1 yes on y enabled, false 0 no off n disabled
 * z.array(z.int())  '1, 2'         [1, 2]    or JSON: '[1, 2]'
 * z.object({ … })   '{"a": 1}'     { a: 1 }
 * ```
 */
export function coerce(schema: AnySchema, text: string): unknown {
  if (byType[typeOf(schema)] !== undefined) return callByType(byType, schema, text)
  const inner = inputSideOf(schema)
  if (inner !== undefined) return coerce(inner, text)
  const read = kindOf(schema)?.readSetting
  return read === undefined ? text : read(text, schema)
}
