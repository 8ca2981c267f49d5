import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { childrenOf, copyWith, definitionOf, eager, some } from '../schemas/rewrite.ts'

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

const isPipe = (schema: AnySchema): boolean => definitionOf(schema).type === 'pipe'

/** What is stored of a value: what pipes and codecs give. */
export const storedSide = (schema: AnySchema): AnySchema =>
  some(schema, isPipe, eager) ? z.output(schema) : schema

const inside = (schema: AnySchema): AnySchema => definitionOf(schema)['innerType'] as AnySchema

type Takes = (schema: AnySchema) => boolean
const nullTakers: Readonly<Record<string, Takes>> = {
  nullable: () => true,
  null: () => true,
  any: () => true,
  unknown: () => true,
  literal: (schema) => (definitionOf(schema)['values'] as unknown[]).includes(null),
  union: (schema) => childrenOf(schema).some(takesNull),
  intersection: (schema) => childrenOf(schema).every(takesNull),
  pipe: (schema) => takesNull(definitionOf(schema)['out'] as AnySchema),
  lazy: (schema) => takesNull((definitionOf(schema)['getter'] as () => AnySchema)()),
}
const transparent: ReadonlySet<string> = new Set([
  'optional',
  'default',
  'prefault',
  'readonly',
  'catch',
  'nonoptional',
])

/** Whether null is a value of a schema. */
export function takesNull(schema: AnySchema): boolean {
  const { type } = definitionOf(schema)
  if (transparent.has(type)) return takesNull(inside(schema))
  return nullTakers[type]?.(schema) ?? false
}

const isWrapper = (schema: AnySchema): boolean => {
  const { type } = definitionOf(schema)
  return type === 'nullable' || transparent.has(type)
}

/** The outermost default of a schema, as a function that gives it anew. */
function defaultOf(schema: AnySchema): (() => unknown) | undefined {
  const def = definitionOf(schema)
  if (def.type === 'default') return () => def['defaultValue']
  if (def.type === 'prefault') return () => z.parse(schema, undefined)
  return isWrapper(schema) ? defaultOf(inside(schema)) : undefined
}

/** Takes off the wrappers of a field's schema. */
export function peel(schema: AnySchema): Peeled {
  let inner = storedSide(schema)
  let optional = false
  let required = false
  for (; isWrapper(inner); inner = inside(inner)) {
    const { type } = definitionOf(inner)
    required ||= type === 'nonoptional'
    optional ||= type === 'optional' && !required
  }
  return { inner, nullable: takesNull(schema), defaultOf: defaultOf(schema), optional }
}

/** A schema with no default at any of its wrappers: what a default said besides, its checks and metadata, stays. */
export function withoutDefault(schema: AnySchema): AnySchema {
  const def = definitionOf(schema)
  if (!transparent.has(def.type) && def.type !== 'nullable') return schema
  const bare = withoutDefault(inside(schema))
  if (def.type !== 'default' && def.type !== 'prefault') {
    return bare === inside(schema) ? schema : copyWith(schema, { innerType: bare })
  }
  const metadata = z.globalRegistry.get(schema)
  if (metadata === undefined && !def.checks?.length) return bare
  const checks = [...(definitionOf(bare).checks ?? []), ...(def.checks ?? [])]
  const copy = copyWith(bare, { checks })
  if (metadata !== undefined)
    z.globalRegistry.add(copy, { ...z.globalRegistry.get(copy), ...metadata })
  return copy
}
