import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { definitionOf, isSchema, memberOf, type ZodTypeName } from './zod-definition.ts'

/**
 * The members that hold other schemas, by the type of the schema: one, a list or a record of them.
 */
export type Holders = { readonly [T in ZodTypeName]?: readonly string[] }

const inner = ['innerType'] as const
/** All members that hold schemas. Record keys are left out: they are strings on both sides. */
export const holders: Holders = {
  nullable: inner,
  optional: inner,
  nonoptional: inner,
  default: inner,
  prefault: inner,
  catch: inner,
  readonly: inner,
  object: ['shape', 'catchall'],
  array: ['element'],
  tuple: ['items', 'rest'],
  record: ['valueType'],
  set: ['valueType'],
  map: ['valueType'],
  union: ['options'],
  intersection: ['left', 'right'],
  pipe: ['in', 'out'],
  lazy: ['getter'],
}

/** {@link holders} without lazy schemas, which may name a schema that is declared later. */
export const eager: Holders = { ...holders, lazy: [] }

type Change = (schema: AnySchema) => AnySchema

/**
 * Applies `change` to each schema in a definition's member.
 *
 * Returns the same value if nothing changed.
 */
function changed(value: unknown, change: Change): unknown {
  if (isSchema(value)) return change(value)
  if (Array.isArray(value)) {
    const list = value.map((item: unknown) => changed(item, change))
    return list.every((item, i) => item === value[i]) ? value : list
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, changed(item, change)] as const)
  const same = entries.every(([key, item]) => item === (value as Record<string, unknown>)[key])
  return same ? value : Object.fromEntries(entries)
}

/** The schemas directly inside a schema. */
export function childrenOf(schema: AnySchema, where: Holders = holders): AnySchema[] {
  const found: AnySchema[] = []
  const collect: Change = (child) => {
    found.push(child)
    return child
  }
  const def = definitionOf(schema)
  for (const key of where[def.type] ?? []) {
    const value = def.type === 'lazy' ? def.getter() : memberOf(def, key)
    changed(value, collect)
  }
  return found
}

/** Tests whether a schema, or one inside it, passes a test. Recursive schemas are visited once. */
export function some(
  schema: AnySchema,
  test: (schema: AnySchema) => boolean,
  where: Holders = holders,
): boolean {
  const seen = new Set<AnySchema>()
  const visit = (node: AnySchema): boolean => {
    if (seen.has(node)) return false
    seen.add(node)
    return test(node) || childrenOf(node, where).some(visit)
  }
  return visit(schema)
}

/** Copies the metadata of a schema to another one, including the `id` that OpenAPI names it by. */
export function withMetadataOf<S extends AnySchema>(schema: S, from: AnySchema): S {
  const metadata = z.globalRegistry.get(from)
  if (metadata !== undefined && schema !== from) z.globalRegistry.add(schema, metadata)
  return schema
}

/** Copies a schema with changes to its definition. Checks and metadata are kept. */
export function copyWith<S extends AnySchema>(schema: S, patch: Record<string, unknown>): S {
  // not a spread: the value of a default is a getter, and a spread would keep the result of one call
  const def = z.core.util.mergeDefs(schema._zod.def, patch) as S['_zod']['def']
  // the schema that a lazy one has cached would hide the new one
  if (def.type === 'lazy') Reflect.deleteProperty(def, '_cachedInner')
  return withMetadataOf(z.core.clone(schema, def), schema)
}

/** The rule of a {@link rewriter}. */
export interface Rule {
  /** True if this schema is replaced. */
  readonly replaces: (schema: AnySchema) => boolean
  /** The replacement. */
  readonly replace: (schema: AnySchema, again: Change) => AnySchema
  /** Rebuilds a schema in which something was replaced; by default, copies it. */
  readonly remake?: (schema: AnySchema, copy: AnySchema, again: Change) => AnySchema
  /** The members to search for schemas to replace; by default all. */
  readonly holders?: Holders
}

/** Copies a schema with `again` applied to every schema directly inside it. */
export function rebuilt(schema: AnySchema, again: Change, where: Holders = holders): AnySchema {
  const def = definitionOf(schema)
  const patch: Record<string, unknown> = {}
  for (const key of where[def.type] ?? []) {
    if (def.type === 'lazy') patch[key] = () => again(def.getter())
    else patch[key] = changed(memberOf(def, key), again)
  }
  return copyWith(schema, patch)
}

/**
 * Creates a function that rewrites schemas by a rule.
 *
 * A schema with nothing to replace is returned unchanged, each schema is rewritten once, and a
 * recursive schema refers to its rewritten self.
 */
export function rewriter(rule: Rule): (schema: AnySchema) => AnySchema {
  const where = rule.holders ?? holders
  const done = new WeakMap<AnySchema, AnySchema>()
  const open = new Set<AnySchema>()
  const rewrite = (schema: AnySchema): AnySchema => {
    const known = done.get(schema)
    if (known !== undefined) return known
    if (open.has(schema)) return z.lazy(() => rewrite(schema))
    open.add(schema)
    try {
      const result = rewriteNew(schema)
      done.set(schema, result)
      return result
    } finally {
      open.delete(schema)
    }
  }
  const rewriteNew = (schema: AnySchema): AnySchema => {
    if (rule.replaces(schema)) return withMetadataOf(rule.replace(schema, rewrite), schema)
    if (!some(schema, rule.replaces, where)) return schema
    const copy = rebuilt(schema, rewrite, where)
    return rule.remake ? withMetadataOf(rule.remake(schema, copy, rewrite), schema) : copy
  }
  return rewrite
}
