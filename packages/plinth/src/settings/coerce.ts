import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { kindOf } from '../schemas/kinds.ts'
import { definitionOf, inputSideOf } from '../schemas/zod-definition.ts'

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

/**
 * Coerces the text of a setting to the type that its schema expects. Text that cannot be of that
 * type is returned unchanged, so that the schema reports what is wrong.
 *
 * ```
 * z.int()           '8000'         8000
 * z.boolean()       'on'           true      true 1 yes on y enabled, false 0 no off n disabled
 * z.array(z.int())  '1, 2'         [1, 2]    or JSON: '[1, 2]'
 * z.object({ … })   '{"a": 1}'     { a: 1 }
 * ```
 */
export function coerce(schema: AnySchema, text: string): unknown {
  const definition = definitionOf(schema)
  switch (definition.type) {
    case 'array':
      return list(text, () => definition.element)
    case 'tuple':
      return list(text, (index) => definition.items[index] ?? definition.rest ?? undefined)
    case 'set':
      return set(text, definition.valueType)
    case 'map':
      return map(text)
    case 'object':
    case 'record':
      return json(text)
    case 'union':
      return union(text, definition.options)
    case 'intersection':
      return coerce(definition.left, text)
    case 'lazy':
      return coerce(definition.getter(), text)
    case 'nullable':
      return text === '' ? null : coerce(definition.innerType, text)
    default: {
      const inner = inputSideOf(schema)
      if (inner !== undefined) return coerce(inner, text)
      const read = kindOf(schema)?.readSetting
      return read === undefined ? text : read(text, schema)
    }
  }
}
