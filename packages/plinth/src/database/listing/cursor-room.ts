import { getTableName } from 'drizzle-orm'
import { constraintsOf } from '../../schemas/constraints.ts'
import { typeOf } from '../../schemas/zod-definition.ts'
import type { ListedField } from './listing-fields.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** What a URL of a server's default length, 8192, has room for: a row's text stands in its cursor. */
export const maxCursor = 7000
// in base64url, of JSON in UTF-8, where one takes three bytes at most, with room for the key
const maxLength = 1500

const isLong = ({ traits, schema }: ListedField): boolean =>
  traits.filters.includes('search') &&
  typeOf(schema) !== 'enum' &&
  (constraintsOf(schema).maxLength ?? Infinity) > maxLength

/**
 * A startup warning for an order by a text that may be too long for a cursor: the page after it would be refused. An
 * index refuses such a text itself, so this is for orders without one.
 */
export function longTextWarning(
  model: AnyModel,
  sort: string,
  fields: readonly ListedField[],
): string | undefined {
  const long = fields.find(isLong)
  if (long === undefined) return undefined
  return `listing of "${getTableName(model)}": "${long.name}", which the order "${sort}" is by, may be so long that the cursor of the next page is refused: give it a .max() of at most ${maxLength}`
}
