import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { childrenOf, copyWith, eager, some } from '../schemas/rewrite.ts'
import {
  callByType,
  definitionOf,
  innerOf,
  typeOf,
  type ByType,
  type ZodTypeName,
} from '../schemas/zod-definition.ts'

/** A schema without the wrappers that say nothing of the value's own type, and what they said. */
export interface Peeled {
  /** The value's own type. */
  readonly inner: AnySchema
  /** Whether null is a value. */
  readonly nullable: boolean
  /** The outermost default, as a function that gives it anew. */
  readonly defaultOf: (() => unknown) | undefined
  /** Whether undefined would be a value. */
  readonly optional: boolean
}

const isPipe = (schema: AnySchema): boolean => typeOf(schema) === 'pipe'

/** What is stored of a value: what pipes and codecs give. */
export const storedSide = (schema: AnySchema): AnySchema =>
  some(schema, isPipe, eager) ? z.output(schema) : schema

/** The wrappers that leave it to the schema inside them whether null is a value. */
const transparent: ReadonlySet<ZodTypeName> = new Set([
  'optional',
  'default',
  'prefault',
  'readonly',
  'catch',
  'nonoptional',
])

/** The schema inside a wrapper that a column does not see; undefined for other schemas. */
const unwrapped = (schema: AnySchema): AnySchema | undefined => {
  const type = typeOf(schema)
  return type === 'nullable' || transparent.has(type) ? innerOf(schema) : undefined
}

const nullTakers: ByType<boolean, [schema: AnySchema]> = {
  nullable: () => true,
  null: () => true,
  any: () => true,
  unknown: () => true,
  literal: ({ values }) => values.includes(null),
  union: (_, schema) => childrenOf(schema).some(takesNull),
  intersection: (_, schema) => childrenOf(schema).every(takesNull),
  pipe: ({ out }) => takesNull(out),
  lazy: ({ getter }) => takesNull(getter()),
}

/** Whether null is a value of a schema. */
export function takesNull(schema: AnySchema): boolean {
  const inner = unwrapped(schema)
  return callByType(nullTakers, schema, schema) ?? (inner !== undefined && takesNull(inner))
}

/** The outermost default of a schema, as a function that gives it anew. */
function defaultOf(schema: AnySchema): (() => unknown) | undefined {
  const def = definitionOf(schema)
  if (def.type === 'default') return () => def.defaultValue
  if (def.type === 'prefault') return () => z.parse(schema, undefined)
  const inner = unwrapped(schema)
  return inner && defaultOf(inner)
}

/** Takes off the wrappers of a field's schema. */
export function peel(schema: AnySchema): Peeled {
  let inner = storedSide(schema)
  let optional = false
  let required = false
  for (let next = unwrapped(inner); next !== undefined; next = unwrapped(inner)) {
    const type = typeOf(inner)
    required ||= type === 'nonoptional'
    optional ||= type === 'optional' && !required
    inner = next
  }
  return { inner, nullable: takesNull(schema), defaultOf: defaultOf(schema), optional }
}

/** A schema with no default at any of its wrappers: what a default said besides, its checks and metadata, stays. */
export function withoutDefault(schema: AnySchema): AnySchema {
  const def = definitionOf(schema)
  const inner = unwrapped(schema)
  if (inner === undefined) return schema
  const bare = withoutDefault(inner)
  if (def.type !== 'default' && def.type !== 'prefault') {
    return bare === inner ? schema : copyWith(schema, { innerType: bare })
  }
  const metadata = z.globalRegistry.get(schema)
  if (metadata === undefined && !def.checks?.length) return bare
  const checks = [...(bare._zod.def.checks ?? []), ...(def.checks ?? [])]
  const copy = copyWith(bare, { checks })
  if (metadata !== undefined)
    z.globalRegistry.add(copy, { ...z.globalRegistry.get(copy), ...metadata })
  return copy
}
