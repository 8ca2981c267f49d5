import type { AnySchema } from '../any-schema.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { copyWith } from '../rewrite.ts'
import { schemaOf } from '../stands-for.ts'
import { wireName } from './wire-names.ts'
import { definitionOf, memberOf } from '../zod-definition.ts'

/** The field that tells the options of a union apart; undefined for other schemas. */
export function discriminatorOf(schema: AnySchema): string | undefined {
  const definition = definitionOf(schema)
  if (definition.type !== 'union') return undefined
  const field = memberOf(definition, 'discriminator')
  return typeof field === 'string' ? field : undefined
}

/**
 * The name on the wire of the field that tells the options of a union apart; undefined if it is the field's own.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: the options have different names for it
 */
function otherName(union: AnySchema): string | undefined {
  const field = discriminatorOf(union)
  const definition = definitionOf(union)
  if (field === undefined || definition.type !== 'union') return undefined
  const names = definition.options.map((one) => wireName(schemaOf(one), field))
  const [name, other] = new Set(names)
  if (other !== undefined)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `the options of a z.discriminatedUnion() have different names for "${field}" on the wire: ${name} and ${other}. Give it the same name in all of them`,
    )
  return name === field ? undefined : name
}

/** Tests for a union whose options have another name for the field that tells them apart. */
export const isRenamedUnion = (schema: AnySchema): boolean => otherName(schema) !== undefined

/** The union with its options on the wire, told apart by the name that the field has there. */
export function unionOnWire(union: AnySchema, again: (schema: AnySchema) => AnySchema): AnySchema {
  const definition = definitionOf(union)
  if (definition.type !== 'union') return union
  return copyWith(union, {
    options: definition.options.map(again),
    discriminator: otherName(union) ?? discriminatorOf(union),
  })
}
