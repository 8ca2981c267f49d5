import * as z from 'zod'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { AnySchema } from '../any-schema.ts'
import { codecOf } from '../kinds/text-form.ts'
import { checkWireNames, differing } from './aliased.ts'
import { nameBy, sortBy } from './naming-rules.ts'
import type { Naming } from './naming.types.ts'
import { childrenOf, copyWith, holders, rewriter, some } from '../rewrite.ts'
import { isModel, schemaOf } from '../stands-for.ts'
import { wireName, withWireNames, type WireNames } from './wire-names.ts'
import { definitionOf, isCodec, typeOf } from '../zod-definition.ts'

/** The direction of a value on the wire: a pipe has the wire on its first side for an input, and on its last for a response. */
export type WireDirection = 'input' | 'response'

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `naming: ${problem}`)

// By the schema with other names: what the schema stands for is known by its identity.
const originals = new WeakMap<AnySchema, AnySchema>()

/** The schema that {@link applyNaming} renamed, or the schema itself. */
export const originalOf = (schema: AnySchema): AnySchema => originals.get(schema) ?? schema

// Parameters whose names a `Link` header has, too.
const fixed = new WeakSet<AnySchema>()

/** Declares that a parameter is also named elsewhere: an app whose rule would rename it fails to start. */
export function fixName<S extends AnySchema>(schema: S): S {
  fixed.add(schema)
  return schema
}

/** The names of an object's fields by a rule. A name that the schema gives itself must follow the rule already. */
function namesBy(schema: AnySchema, rule: Naming): WireNames {
  const definition = definitionOf(schema)
  const shape = definition.type === 'object' ? definition.shape : {}
  const fields = Object.keys(shape)
  const names = Object.fromEntries(
    fields.map((field) => {
      const own = wireName(schema, field)
      if (own === field && !fixed.has(shape[field] as AnySchema))
        return [field, nameBy(field, rule)]
      if (nameBy(own, rule) !== own)
        throw invalid(
          `"${field}" is named "${own}" on the wire, which is not ${rule}. Write "${nameBy(own, rule)}", or name fields without a rule for the whole app`,
        )
      return [field, own]
    }),
  )
  checkWireNames(fields, names, (field, problem) => {
    throw invalid(`field "${field}": ${problem}`)
  })
  return differing(names)
}

/** Keys of a record are data, and the types of a client could not tell them from names. */
function checkRecord(schema: AnySchema, rule: Naming): void {
  const definition = definitionOf(schema)
  if (definition.type !== 'record') return
  for (const key of definition.keyType._zod.values ?? [])
    if (typeof key === 'string' && nameBy(key, rule) !== key)
      throw invalid(
        `"${key}" is a key of a z.record(), whose keys are data. Declare it as a field of z.object(), or write it in ${rule}`,
      )
}

/** Of a pipe, the side on the wire; undefined for other schemas. */
function sideOf(schema: AnySchema, direction: WireDirection): 'in' | 'out' | undefined {
  if (typeOf(schema) !== 'pipe') return undefined
  return direction === 'input' || isCodec(schema) ? 'in' : 'out'
}

function rewriterFor(rule: Naming, direction: WireDirection): (schema: AnySchema) => AnySchema {
  const isRenamed = (schema: AnySchema): boolean => {
    checkRecord(schema, rule)
    const definition = definitionOf(schema)
    return (
      definition.type === 'object' &&
      Object.keys(definition.shape).some((field) => nameBy(field, rule) !== field)
    )
  }
  const holdsRenamed = (root: AnySchema): boolean => {
    const seen = new Set<AnySchema>()
    const visit = (given: AnySchema): boolean => {
      const schema = schemaOf(given)
      if (seen.has(schema)) return false
      seen.add(schema)
      const side = sideOf(schema, direction)
      const inside = childrenOf(schema, side ? { pipe: [side] } : holders)
      return isRenamed(schema) || inside.some(visit)
    }
    return visit(root)
  }
  return rewriter({
    // A model and a pipe are replaced as a whole, or not at all: what is not renamed stays the same schema.
    holders: { ...holders, pipe: [] },
    replaces: (schema) =>
      isModel(schema) || typeOf(schema) === 'pipe' ? holdsRenamed(schema) : isRenamed(schema),
    replace: (schema, again) => {
      if (isModel(schema)) return again(schemaOf(schema))
      const definition = definitionOf(schema)
      const side = sideOf(schema, direction)
      if (definition.type === 'pipe' && side !== undefined)
        return copyWith(schema, { [side]: again(definition[side]) })
      if (definition.type !== 'object') return schema
      const shape = Object.entries(definition.shape).map(([name, field]) => [name, again(field)])
      const copy = copyWith(schema, {
        shape: Object.fromEntries(shape),
        catchall: definition.catchall && again(definition.catchall),
      })
      const renamed = withWireNames(copy, namesBy(schema, rule))
      originals.set(renamed, schema)
      return renamed
    },
    remake: (schema, copy) => {
      originals.set(copy, schema)
      return copy
    },
  })
}

// process-wide, so that all routes of an app, and its document, have the same schema for one declaration
const rewriters = new Map<string, (schema: AnySchema) => AnySchema>()

/**
 * Names the fields of objects by a rule, at every depth.
 *
 * The same schema always gives the same result, and a schema without a field to rename is returned unchanged.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two fields would have one name, a field has a name of its own that does
 * not follow the rule, or a record has such keys
 */
export function applyNaming(schema: AnySchema, rule: Naming, direction: WireDirection): AnySchema {
  const key = `${rule} ${direction}`
  const rewrite = rewriters.get(key) ?? rewriterFor(rule, direction)
  rewriters.set(key, rewrite)
  return rewrite(schema)
}

const isChoice = (schema: AnySchema): boolean => ['enum', 'literal'].includes(typeOf(schema))

/** Names the orders of a parameter `sort` by a rule: they are names of fields. */
export function sortNaming(schema: AnySchema, rule: Naming): AnySchema {
  const isRenamed = (one: AnySchema): boolean =>
    isChoice(one) &&
    [...(one._zod.values ?? [])].some(
      (value) => typeof value === 'string' && sortBy(value, rule) !== value,
    )
  if (!some(schema, isRenamed)) return schema
  return rewriter({
    replaces: isRenamed,
    replace: (choice) => {
      const values = [...(choice._zod.values ?? [])]
      const pairs = values.map(
        (value) => [typeof value === 'string' ? sortBy(value, rule) : value, value] as const,
      )
      const back = new Map(pairs)
      const onWire = new Map(pairs.map(([sent, value]) => [value, sent]))
      const sent: AnySchema = z.literal(pairs.map(([value]) => value) as [string])
      return codecOf(sent, choice, {
        decode: (value) => back.get(value as string),
        encode: (value: unknown) => onWire.get(value as string),
      })
    },
  })(schema)
}

/** Names query parameters by a rule, and the values of `sort`. */
export function applyQueryNaming(query: AnySchema, rule: Naming): AnySchema {
  const renamed = applyNaming(query, rule, 'input')
  const definition = definitionOf(renamed)
  if (definition.type !== 'object' || definition.shape['sort'] === undefined) return renamed
  const sort = sortNaming(definition.shape['sort'], rule)
  return sort === definition.shape['sort']
    ? renamed
    : copyWith(renamed, { shape: { ...definition.shape, sort } })
}
