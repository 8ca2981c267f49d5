import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { definitionOf, isSchema, memberOf, type ZodTypeName } from './zod-definition.ts'

/** Where a kind of schema holds others: one, a list, or a record of them. */
export type Holders = { readonly [T in ZodTypeName]?: readonly string[] }

const inner = ['innerType'] as const
/** Every kind that holds other schemas; keys of records are left out, since they are strings on either side. */
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

/** As {@link holders}, but for lazy schemas: they may name what is declared later. */
export const eager: Holders = { ...holders, lazy: [] }

type Change = (schema: AnySchema) => AnySchema

/** One member of a definition with `change` done to each schema in it; the same value where nothing changed. */
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

/** The schemas that a schema holds. */
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

/** Whether a schema, or one that it holds, is such a one; recursive schemas end. */
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

/** Gives one schema the metadata of another, its `id` too: names in OpenAPI come from it. */
export function withMetadataOf<S extends AnySchema>(schema: S, from: AnySchema): S {
  const metadata = z.globalRegistry.get(from)
  if (metadata !== undefined && schema !== from) z.globalRegistry.add(schema, metadata)
  return schema
}

/** A copy of a schema with other members in its definition; its checks and metadata stay. */
export function copyWith<S extends AnySchema>(schema: S, patch: Record<string, unknown>): S {
  // not a spread: the value of a default is a getter, and a spread would freeze what it gave once
  const def = z.core.util.mergeDefs(schema._zod.def, patch) as S['_zod']['def']
  // what a lazy schema found before would hide what it gives now
  if (def.type === 'lazy') Reflect.deleteProperty(def, '_cachedInner')
  return withMetadataOf(z.core.clone(schema, def), schema)
}

/** How a rewriting works. */
export interface Rule {
  /** Whether this very schema is to be replaced. */
  readonly replaces: (schema: AnySchema) => boolean
  /** What replaces it. */
  readonly replace: (schema: AnySchema, again: Change) => AnySchema
  /** Remakes a schema in which something was replaced; by default a copy of it. */
  readonly remake?: (schema: AnySchema, copy: AnySchema, again: Change) => AnySchema
  /** Where to look for schemas to replace; by default everywhere. */
  readonly holders?: Holders
}

/** A schema with all that it holds remade by `again`. */
function rebuilt(schema: AnySchema, again: Change, where: Holders): AnySchema {
  const def = definitionOf(schema)
  const patch: Record<string, unknown> = {}
  for (const key of where[def.type] ?? []) {
    if (def.type === 'lazy') patch[key] = () => again(def.getter())
    else patch[key] = changed(memberOf(def, key), again)
  }
  return copyWith(schema, patch)
}

/**
 * A function that rewrites schemas by a rule. What holds nothing to replace comes back as it is; the same schema is
 * rewritten once; a schema that holds itself comes back holding its new self.
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
