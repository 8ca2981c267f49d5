import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { withoutWireNames } from '../schemas/names/wire-names.ts'
import { childrenOf, copyWith, eager, rewriter, some } from '../schemas/rewrite.ts'
import {
  callByType,
  definitionOf,
  innerOf,
  isCodec,
  typeOf,
  type ByType,
  type ZodTypeName,
} from '../schemas/zod-definition.ts'

/** A schema without its wrappers, and what the wrappers said. */
export interface Peeled {
  /** The schema of the value itself. */
  readonly inner: AnySchema
  /** True if null is a value. */
  readonly nullable: boolean
  /** The outermost default. Each call returns a new value. */
  readonly defaultOf: (() => unknown) | undefined
  /** True if undefined is a value. */
  readonly optional: boolean
}

const isPipe = (schema: AnySchema): boolean => typeOf(schema) === 'pipe'

/** The schema of the stored value: the output of pipes and codecs, with the names of the code. */
export const storedSide = (schema: AnySchema): AnySchema =>
  withoutWireNames(some(schema, isPipe, eager) ? z.output(schema) : schema)

/**
 * The schema of a field in responses.
 *
 * It is the output of pipes, which have run when the row was written. Codecs stay, since they encode the stored value.
 */
export const sentSide: (schema: AnySchema) => AnySchema = rewriter({
  holders: eager,
  replaces: (schema) => isPipe(schema) && !isCodec(schema),
  replace: (schema, again) => again(z.output(schema)),
})

/** Wrappers that do not change whether null is a value. */
const transparent: ReadonlySet<ZodTypeName> = new Set([
  'optional',
  'default',
  'prefault',
  'readonly',
  'catch',
  'nonoptional',
])

/** The schema inside a wrapper, if columns ignore the wrapper; undefined for other schemas. */
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

/** Tests whether null is a value of a schema. */
export function takesNull(schema: AnySchema): boolean {
  const inner = unwrapped(schema)
  return callByType(nullTakers, schema, schema) ?? (inner !== undefined && takesNull(inner))
}

/** The outermost default of a schema. Each call returns a new value. */
function defaultOf(schema: AnySchema): (() => unknown) | undefined {
  const def = definitionOf(schema)
  if (def.type === 'default') return () => def.defaultValue
  if (def.type === 'prefault') return () => z.parse(schema, undefined)
  const inner = unwrapped(schema)
  return inner && defaultOf(inner)
}

/** Removes the wrappers of a field's schema. */
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

/** Removes all defaults from a schema. The checks and metadata of a default are kept. */
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
