import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { codecOf } from '../kinds/text-form.ts'
import { copyWith } from '../rewrite.ts'
import { definitionOf, memberOf, typeOf } from '../zod-definition.ts'

/** The names on the wire of an object's fields, by field. A field that is not in it has its own name. */
export type WireNames = Readonly<Record<string, string>>

type Values = Readonly<Record<string, unknown>>

const renames: unique symbol = Symbol('plinth.renames')

/** A codec that only renames: what it is made of. */
interface Renames {
  readonly names: WireNames
}

/** The names of a codec that {@link renameCodec} made; undefined for other schemas. */
export const renamesOf = (schema: AnySchema): Renames | undefined =>
  memberOf(definitionOf(schema), renames) as Renames | undefined

/** The definition of an object schema. */
const objectOf = (schema: AnySchema): z.core.$ZodObjectDef =>
  definitionOf(schema) as z.core.$ZodObjectDef

/** A function that renames the keys of an object. Keys that are not known are kept if it is open to them. */
export function renameKeys(
  pairs: readonly (readonly [from: string, to: string])[],
  isOpen: boolean,
): (value: unknown) => object {
  const known = new Set(pairs.flat())
  return (value) => {
    const given = value as Values
    const result: Record<string, unknown> = {}
    for (const [from, to] of pairs) {
      const item = given[from]
      if (item !== undefined || Object.hasOwn(given, from)) result[to] = item
    }
    // A key that is the other name of a field is not that field: it would overwrite it.
    if (isOpen) for (const key of Object.keys(given)) if (!known.has(key)) result[key] = given[key]
    return result
  }
}

/** True if an object keeps keys that it does not name. */
export const isOpen = (schema: AnySchema): boolean => {
  const { catchall } = objectOf(schema)
  return catchall !== undefined && typeOf(catchall) !== 'never'
}

/** The pairs of field and name on the wire, in the order of the fields. */
export const namePairs = (schema: AnySchema, names: WireNames): [field: string, name: string][] =>
  Object.keys(objectOf(schema).shape).map((field) => [
    field,
    Object.hasOwn(names, field) ? (names[field] as string) : field,
  ])

/** Reads the issues of a check, whose paths have the names of fields, as a caller knows them. */
function checkOnWire(check: z.core.$ZodCheck, names: WireNames): z.core.$ZodCheck {
  const onWire = (path: readonly PropertyKey[]): PropertyKey[] =>
    path.map((key, at) =>
      at === 0 && typeof key === 'string' && Object.hasOwn(names, key) ? names[key]! : key,
    )
  const def = check._zod.def as z.core.$ZodCheckDef & { readonly path?: PropertyKey[] }
  // a refinement: `.refine(…, { path: ['endsAt'] })`
  if (memberOf(def, 'fn') !== undefined) {
    if (def.path === undefined) return check
    const changed = z.core.util.mergeDefs(def, { path: onWire(def.path) })
    return z.core.clone(check as unknown as z.core.$ZodCustom, changed as never)
  }
  const run = (payload: z.core.ParsePayload): unknown => check._zod.check(payload as never)
  const copy = z.check((payload) => {
    const before = payload.issues.length
    // Requests are read synchronously, so that a check returns nothing.
    void run(payload)
    for (const issue of payload.issues.slice(before))
      if (issue.path !== undefined) Object.assign(issue, { path: onWire(issue.path) })
  })
  copy._zod.def = Object.assign(copy._zod.def, { abort: def.abort, when: def.when })
  return copy
}

/** How an object is renamed. */
interface Renaming {
  readonly names: WireNames
  /** Gives the wire form of a field. */
  readonly again: (field: AnySchema) => AnySchema
  /** True if the object's own checks run in the codec, on the decoded value. */
  readonly checked?: boolean
}

/** The object as it is on the wire: with the other names, and without its checks. */
export function objectOnWire(
  schema: AnySchema,
  { names, again }: Pick<Renaming, 'names' | 'again'>,
): AnySchema {
  const { shape, catchall } = objectOf(schema)
  const fields = namePairs(schema, names).map(
    ([field, name]) => [name, again(shape[field] as AnySchema)] as const,
  )
  const plain: AnySchema = z.object(Object.fromEntries(fields))
  return copyWith(plain, { catchall: catchall && again(catchall) })
}

/**
 * A codec between an object as it is sent, and the same with the names of its fields.
 *
 * Its checks run on the decoded value, and name fields as the caller does.
 */
export function renameCodec(schema: AnySchema, renaming: Renaming): AnySchema {
  const { names, checked = false } = renaming
  const open = isOpen(schema)
  const pairs = namePairs(schema, names)
  const back = pairs.map(([field, name]) => [name, field] as const)
  const checks = checked ? (schema._zod.def.checks ?? []) : []
  const result = copyWith(z.any(), { checks: checks.map((one) => checkOnWire(one, names)) })
  const codec = codecOf(objectOnWire(schema, renaming), result, {
    decode: renameKeys(back, open),
    encode: renameKeys(pairs, open),
  })
  return copyWith(codec, { [renames]: { names } satisfies Renames })
}
