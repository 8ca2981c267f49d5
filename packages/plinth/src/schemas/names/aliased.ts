import type * as z from 'zod'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { NamedObject, NamesBy } from './named-object.types.ts'
import { checkNaming, nameBy } from './naming-rules.ts'
import type { Naming } from './naming.types.ts'
import { withWireNames, type WireNames } from './wire-names.ts'

/** Names on the wire: a rule for all fields, or a name for some. */
export type AliasesOf<Shape> = Naming | { readonly [K in keyof Shape]?: string }

/**
 * Checks the names that fields have on the wire.
 *
 * @param refuse - throws the error of the declaration
 */
export function checkWireNames(
  fields: readonly string[],
  names: WireNames,
  refuse: (field: string, problem: string) => never,
): void {
  const seen = new Map<string, string>()
  for (const field of fields) {
    const name = Object.hasOwn(names, field) ? (names[field] as unknown) : field
    if (typeof name !== 'string' || name === '' || name === '__proto__')
      return refuse(
        field,
        `its name on the wire is ${JSON.stringify(name)}. Write a text, such as 'created_at'`,
      )
    const other = seen.get(name)
    if (other !== undefined)
      return refuse(
        field,
        `its name on the wire, "${name}", is also that of "${other}". Choose another name`,
      )
    seen.set(name, field)
  }
}

/** The names that differ from the fields' own. */
export const differing = (names: WireNames): WireNames =>
  Object.fromEntries(Object.entries(names).filter(([field, name]) => field !== name))

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `aliased(): ${problem}`)

/**
 * Gives the fields of an object other names on the wire (aliases).
 *
 * Requests and responses, the documentation and the client have them.
 * The code keeps the names of the schema. Only the name on the wire is accepted, and validation problems have it, too.
 * Call it last: `aliased(Item.extend({ … }), 'snake_case')`. A model has the option `as` of its fields, and `naming`.
 *
 * @param names - a name for each field to rename, or a rule for all
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two fields have one name, or the schema has no such field
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: there is no such rule
 * @see https://docs.pydantic.dev/latest/concepts/alias/
 * @example
 * ```ts
 * import { aliased, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const Item = aliased(z.object({ itemId: z.int(), addedAt: z.date() }), 'snake_case')
 * export const read = router('/items').get('/', { response: Item }, () => ({ itemId: 1, addedAt: new Date() }))
 * // {"item_id":1,"added_at":"2026-01-31T12:00:00.000Z"}
 * ```
 */
export function aliased<
  Shape extends z.core.$ZodShape,
  Config extends z.core.$ZodObjectConfig,
  const N extends AliasesOf<Shape>,
>(schema: z.ZodObject<Shape, Config>, names: N): NamedObject<Shape, Config, NamesBy<Shape, N>> {
  const fields = Object.keys(schema.shape)
  if (typeof names === 'string') checkNaming(names, 'aliased()')
  // The type has a name for some fields, and a rule is one of two texts.
  const given = names as Naming | WireNames
  const all =
    typeof given === 'string'
      ? Object.fromEntries(fields.map((field) => [field, nameBy(field, given)]))
      : given
  const stray = Object.keys(all).find((field) => !fields.includes(field))
  if (stray !== undefined) throw invalid(`the schema has no field "${stray}"`)
  checkWireNames(fields, all, (field, problem) => {
    throw invalid(`field "${field}": ${problem}`)
  })
  // The names are in the definition, and Zod's types do not follow what is added there.
  return withWireNames(schema, differing(all)) as unknown as NamedObject<
    Shape,
    Config,
    NamesBy<Shape, N>
  >
}
