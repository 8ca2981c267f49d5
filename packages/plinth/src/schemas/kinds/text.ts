import { text as textColumn, varchar } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { textAcceptance } from '../acceptance.ts'
import { constraintsOf } from '../constraints.ts'
import { columnPlan } from './column-plan.ts'
import { textTraits } from './column-traits.ts'
import type { ValueKind } from './value-kind.ts'

const maxVarchar = 10_485_760
// a character takes four bytes at most, so an index has room for this many
const maxIndexedCharacters = 600

/** A text column: `varchar(n)` if the schema has a maximum length. */
export const planTextColumn: NonNullable<ValueKind['column']> = (schema, { indexed }) => {
  const { minLength = 0, maxLength } = constraintsOf(schema)
  const build = (name: string) =>
    maxLength !== undefined && maxLength > 0 && maxLength <= maxVarchar
      ? varchar(name, { length: maxLength })
      : textColumn(name)
  const mayBeLong = indexed && (maxLength ?? Infinity) > maxIndexedCharacters
  return columnPlan(build, textTraits, {
    checks: minLength > 0 ? [['min', (column) => `char_length(${column}) >= ${minLength}`]] : [],
    acceptance: textAcceptance(mayBeLong),
  })
}

/** `z.string()` of any format without a kind of its own. */
export const text: ValueKind = {
  types: ['string'],
  column: planTextColumn,
  typescript: 'string',
  existingColumns: [
    {
      dataType: 'string',
      schema: ({ length }) => (length === undefined ? z.string() : z.string().max(length)),
      traits: [/^text$|^varchar/, textTraits],
    },
    { dataType: 'string int64', schema: () => z.string().regex(/^-?\d{1,19}$/) },
  ],
  settingExample: 'some text',
}
