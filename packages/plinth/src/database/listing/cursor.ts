import { getTableName } from 'drizzle-orm'
import * as z from 'zod'
import { HttpError } from '../../errors/http-error.ts'
import { constraintsOf } from '../../schemas/constraints.ts'
import { compiled } from '../../schemas/compiled.ts'
import { wire } from '../../schemas/wire.ts'
import { typeOf } from '../../schemas/zod-definition.ts'
import type { AnyModel } from '../queries/typed-write.ts'
import type { ListedField } from './listing-fields.ts'

/** The longest pagination cursor: it fits into a URL under a server's default limit of 8192. */
export const maxCursor = 7000
// In base64url, of JSON in UTF-8, where a character takes at most three bytes, with room for the key.
const maxLength = 1500
// An index entry has at most 2704 bytes, and a character takes up to four.
const maxIndexedLength = 600

const isText = ({ traits, schema }: ListedField): boolean =>
  traits.filters.includes('search') && typeOf(schema) !== 'enum'
const longest = ({ schema }: ListedField): number => constraintsOf(schema).maxLength ?? Infinity

/** Returns true for a text that may be too long for an index: Postgres would refuse the row. */
export const exceedsIndex = (field: ListedField): boolean =>
  isText(field) && longest(field) > maxIndexedLength

/**
 * The startup warning about a text that may be too long for a cursor, so the next page would be refused.
 *
 * For orders without an index only, because an index refuses such a text itself.
 */
export function longTextWarning(
  model: AnyModel,
  sort: string,
  fields: readonly ListedField[],
): string | undefined {
  const long = fields.find((field) => isText(field) && longest(field) > maxLength)
  if (long === undefined) return undefined
  return `listing of "${getTableName(model)}": "${long.name}", which the sort order "${sort}" uses, may be too long for a cursor, and the next page would be refused. Give it a .max() of at most ${maxLength}`
}

const badCursor = (): HttpError =>
  new HttpError(422, '1 value is invalid', {
    errors: [
      {
        in: 'query',
        path: ['cursor'],
        message: 'Invalid cursor for this list and sort order. Start without a cursor.',
        code: 'invalid_cursor',
      },
    ],
  })

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw badCursor()
  }
}

/** The cursors of one sort order. */
export interface CursorCodec {
  /**
   * The values of the row that a cursor stands for.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: it is not a cursor of this order
   */
  readonly decode: (cursor: string) => readonly unknown[]
  readonly encode: (row: object) => string
}

/** The pagination cursors of one sort order: the row's values, as JSON in base64url. */
export function cursorCodec(sort: string, fields: readonly ListedField[]): CursorCodec {
  const values = fields.map(({ schema, nullable }) => (nullable ? z.nullable(schema) : schema))
  const position = compiled(wire(z.tuple([z.literal(sort), ...values]), 'json'))
  return {
    decode: (cursor) => {
      const result = position.decode(parsed(cursor))
      if (!result.ok) throw badCursor()
      const [, ...row] = result.value as readonly unknown[]
      return row
    },
    encode: (row) => {
      const given = fields.map(({ name }) => (row as Readonly<Record<string, unknown>>)[name])
      const result = position.encode([sort, ...given])
      if (!result.ok)
        throw new HttpError(
          500,
          'Something went wrong. The server log has details under this requestId',
          {
            code: 'PLINTH_RESPONSE_INVALID',
            cause: new Error(
              `a row of the list has no cursor in the sort order "${sort}": ${result.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
            ),
          },
        )
      return Buffer.from(JSON.stringify(result.value)).toString('base64url')
    },
  }
}
