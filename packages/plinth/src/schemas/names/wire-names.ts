import * as z from 'zod'
import type { AnySchema } from '../any-schema.ts'
import { renameCodec, type WireNames } from './rename-codec.ts'
import { copyWith, eager, rewriter, some } from '../rewrite.ts'
import { isModel, schemaOf } from '../stands-for.ts'
import { definitionOf, memberOf } from '../zod-definition.ts'

export type { WireNames } from './rename-codec.ts'

const key: unique symbol = Symbol('plinth.wireNames')

/** The other names that the fields of an object have on the wire; undefined if each has its own. */
export const wireNamesOf = (schema: AnySchema): WireNames | undefined =>
  memberOf(definitionOf(schema), key) as WireNames | undefined

/** The name of a field on the wire. */
export const wireName = (schema: AnySchema, field: string): string => {
  const names = wireNamesOf(schema)
  return names !== undefined && Object.hasOwn(names, field) ? (names[field] as string) : field
}

/**
 * Zod's object, whose fields have other names in what it parses than in its result.
 *
 * The names are in the definition, so that `.pick()`, `.extend()` and checks keep them. `z.compile` writes code for an
 * object of the result's names: what reads the wire is rewritten by `wire()` first.
 */
const NamedObject = z.core.$constructor<AnySchema, object>('NamedObject', (inst, def) => {
  // The class and the definition are of an object, which TypeScript would compare in all its methods.
  const base: { init(inst: never, def: never): void } = z.ZodObject
  base.init(inst as never, def as never)
  let codec: AnySchema | undefined
  inst._zod.parse = (payload, context) => {
    codec ??= renameCodec(inst, { names: wireNamesOf(inst) ?? {}, again: (field) => field })
    return codec._zod.run(payload, context)
  }
})

/** Gives the fields of an object other names on the wire. Checks and metadata are kept. */
export function withWireNames<S extends AnySchema>(object: S, names: WireNames): S {
  const copy = new NamedObject(
    // A definition with the member that `wireNamesOf()` reads, which Zod has no type for.
    z.core.util.mergeDefs(object._zod.def, { [key]: names }),
  )
  const metadata = z.globalRegistry.get(object)
  if (metadata !== undefined) z.globalRegistry.add(copy, metadata)
  // It has the members of the object that it was made of.
  return copy as unknown as S
}

/** Tests whether a field of a schema, at any depth, has another name on the wire. */
export const hasWireNames = (schema: AnySchema): boolean =>
  some(schema, (one) => wireNamesOf(isModel(one) ? schemaOf(one) : one) !== undefined, eager)

/** Removes the other names, at every depth: the schema of a value that is stored, and never sent. */
export const withoutWireNames: (schema: AnySchema) => AnySchema = rewriter({
  holders: eager,
  replaces: (schema) => wireNamesOf(schema) !== undefined,
  replace: (schema, again) => {
    const { shape, catchall, checks = [] } = definitionOf(schema) as z.core.$ZodObjectDef
    const fields = Object.entries(shape).map(([name, field]) => [name, again(field)] as const)
    const plain: AnySchema = z.object(Object.fromEntries(fields))
    return copyWith(plain, { catchall, checks })
  },
})

/** The fields of an object by their names on the wire. */
export const fieldsOnWire = (
  object: AnySchema,
  shape: Readonly<Record<string, AnySchema>>,
): [name: string, field: AnySchema][] =>
  Object.entries(shape).map(([field, schema]) => [wireName(object, field), schema])
