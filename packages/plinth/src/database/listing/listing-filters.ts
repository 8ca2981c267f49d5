import {
  eq,
  gt,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  or,
  sql,
  type SQL,
} from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { accepting, textAcceptance } from '../../schemas/acceptance.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { FilterGroup } from '../../schemas/kinds/value-kind.ts'
import { columnIn, invalidListing, listedField, type ListedField } from './listing-fields.ts'
import type { FieldOperators, Operator } from './listing.types.ts'
import type { AnyModel } from '../queries/typed-write.ts'

/** A query parameter that filters a list. */
export interface Filter {
  readonly name: string
  readonly schema: AnySchema
  readonly condition: (table: object, value: unknown) => SQL | undefined
}

const maxText = 200
const maxValues = 100

interface FilterRule {
  readonly fits: (field: ListedField) => boolean
  readonly takes: (field: ListedField) => AnySchema
  readonly says: string
  readonly where: (column: PgColumn, value: unknown) => SQL | undefined
}

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)
const has =
  (group: FilterGroup) =>
  ({ traits }: ListedField): boolean =>
    traits.filters.includes(group)
const isText = has('search')
const hasOrder = has('order')
const isPlain = has('equality')
const value = ({ schema }: ListedField): AnySchema => schema
const short = z.string().max(maxText)
const textOf = (schema: AnySchema): AnySchema => accepting(schema, textAcceptance(false))
const part = (): AnySchema => textOf(short.min(1))
const compare = (
  says: string,
  where: (column: PgColumn, value: unknown) => SQL,
  fits: FilterRule['fits'] = hasOrder,
): FilterRule => ({ fits, takes: value, says, where })

const rules: Readonly<Record<Operator, FilterRule>> = {
  eq: compare('equals this value', eq, isPlain),
  // null is another value too
  ne: compare(
    'differs from this value',
    (column, other) => sql`${column} is distinct from ${sql.param(other, column)}`,
    isPlain,
  ),
  lt: compare('is less than this value, or earlier', lt),
  lte: compare('is at most this value, or no later', lte),
  gt: compare('is greater than this value, or later', gt),
  gte: compare('is at least this value, or no earlier', gte),
  in: {
    fits: isPlain,
    takes: ({ schema }) => z.array(schema).min(1).max(maxValues),
    says: 'is one of these values',
    where: (column, values) => inArray(column, values as unknown[]),
  },
  contains: {
    fits: isText,
    takes: part,
    says: 'contains this text, in upper or lower case',
    where: (column, text) => ilike(column, `%${escaped(text as string)}%`),
  },
  startsWith: {
    fits: isText,
    takes: part,
    says: 'begins with this text',
    where: (column, text) => like(column, `${escaped(text as string)}%`),
  },
  null: {
    fits: ({ nullable }) => nullable,
    takes: () => z.boolean(),
    says: 'is null (`true`), or is not (`false`)',
    where: (column, wanted) => (wanted === true ? isNull(column) : isNotNull(column)),
  },
}

interface DeclaredFilter {
  readonly name: string
  readonly operator: string
  /** The name of the parameter that the listing gives it; by default that of the field and the operator. */
  readonly parameter: string | undefined
}

/** Expands `'priority'`, `{ dueAt: ['lt'] }` and `{ dueAt: { lt: 'before' } }` into one entry per parameter. */
function declaredFilters(entry: string | FieldOperators<string>): DeclaredFilter[] {
  if (typeof entry === 'string') return [{ name: entry, operator: 'eq', parameter: undefined }]
  return Object.entries(entry).flatMap(([name, operators = []]): DeclaredFilter[] =>
    Array.isArray(operators)
      ? operators.map((operator: string) => ({ name, operator, parameter: undefined }))
      : Object.entries(operators as Readonly<Record<string, string>>).map(
          ([operator, parameter]) => ({ name, operator, parameter }),
        ),
  )
}

/**
 * Prepares the declared filters.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a field does not support an operator
 */
export const filtersOf = (
  model: AnyModel,
  entries: readonly (string | FieldOperators<string>)[],
): Filter[] =>
  entries.flatMap(declaredFilters).map(({ name, operator, parameter }) => {
    const field = listedField(model, name)
    const rule = Object.hasOwn(rules, operator) ? rules[operator as Operator] : undefined
    if (rule === undefined || !rule.fits(field))
      throw invalidListing(model, `"${name}" cannot be filtered by "${operator}"`)
    const { wireName } = field
    return {
      name: parameter ?? (operator === 'eq' ? wireName : `${wireName}.${operator}`),
      schema: z.optional(rule.takes(field)).meta({
        description: `Only rows whose \`${wireName}\` ${rule.says}.`,
      }),
      condition: (table, given) => rule.where(columnIn(table, name), given),
    }
  })

/** The search parameter `q`: text that one of the fields contains. Empty text, as from an empty search box, matches everything. */
export function searchOf(model: AnyModel, names: readonly string[]): Filter {
  const fields = names.map((name) => listedField(model, name))
  const odd = fields.find((field) => !isText(field))
  if (odd !== undefined)
    throw invalidListing(model, `"${odd.name}" is not a text field, so it cannot be searched`)
  const list = fields.map(({ wireName }) => `\`${wireName}\``).join(' or ')
  return {
    name: 'q',
    schema: z.optional(textOf(short)).meta({
      description: `Only rows that contain this text in ${list}, in upper or lower case.`,
    }),
    condition: (table, text) =>
      text === ''
        ? undefined
        : or(...names.map((name) => rules.contains.where(columnIn(table, name), text))),
  }
}
