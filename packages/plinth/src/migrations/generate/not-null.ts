import { constraintName } from '../../models/naming.ts'
import { addPart, type Plan } from './steps.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quote-identifier.ts'

/** A column whose rows are filled. */
export interface Column {
  readonly table: string
  readonly column: string
  /** SQL; `default` for the column's own; undefined where no row is said to lack one. */
  readonly value: string | undefined
}

/** How many rows one transaction of a backfill locks. */
const batch = 1000

/** The statement that fills some rows; it is run until there are none left. */
export function backfilled({ table, column, value }: Column): string {
  const [name, of] = [quoteIdentifier(column), quoteQualified(table)]
  return `UPDATE ${of} SET ${name} = ${/^default$/i.test(value ?? '') ? 'DEFAULT' : `(${value})`} WHERE ${name} IS NULL AND ctid = ANY (ARRAY(SELECT ctid FROM ${of} WHERE ${name} IS NULL LIMIT ${batch}))`
}

/**
 * Makes a column NOT NULL without a lock that anybody waits behind: its rows are filled; a CHECK, not validated yet, keeps
 * new ones from being null; those that came meanwhile are filled; the CHECK is validated beside everybody else's work;
 * and NOT NULL, which then reads no row, takes its place.
 */
export function notNull(plan: Plan, filled: Column): void {
  const { table, column, value } = filled
  const [name, of] = [quoteIdentifier(column), quoteQualified(table)]
  const guard = quoteIdentifier(constraintName(table.split('.').at(-1) ?? table, column, 'filled'))
  const fill = { kind: 'batches', statements: [backfilled(filled)] } as const
  if (value !== undefined) plan.mixed.push(fill)
  plan.mixed.push({
    kind: 'transaction',
    statements: [`ALTER TABLE ${of} ADD CONSTRAINT ${guard} CHECK (${name} IS NOT NULL) NOT VALID`],
  })
  if (value !== undefined) plan.mixed.push(fill)
  addPart(plan, 'validate', [`ALTER TABLE ${of} VALIDATE CONSTRAINT ${guard}`])
  addPart(plan, 'finish', [
    `ALTER TABLE ${of} ALTER COLUMN ${name} SET NOT NULL`,
    `ALTER TABLE ${of} DROP CONSTRAINT ${guard}`,
  ])
}
