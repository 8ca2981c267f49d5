import { constraintName } from '../../models/naming.ts'
import { addToPhase, type MigrationPlan } from './steps.ts'
import { quoteIdentifier, quoteQualified } from '../../sql/quote-identifier.ts'

/** A column to fill. */
export interface Column {
  readonly table: string
  readonly column: string
  /** SQL, or `default` for the column's default; undefined if no row is null. */
  readonly value: string | undefined
}

/** The number of rows that one transaction of a backfill locks. */
const batch = 1000

/** The statement that fills one batch of rows; it is repeated until none is left. */
export function backfilled({ table, column, value }: Column): string {
  const [name, of] = [quoteIdentifier(column), quoteQualified(table)]
  return `UPDATE ${of} SET ${name} = ${/^default$/i.test(value ?? '') ? 'DEFAULT' : `(${value})`} WHERE ${name} IS NULL AND ctid = ANY (ARRAY(SELECT ctid FROM ${of} WHERE ${name} IS NULL LIMIT ${batch}))`
}

/**
 * Makes a column NOT NULL without blocking reads and writes.
 *
 * Its rows are filled; a CHECK that is not validated yet keeps new rows from being null; rows that
 * were added meanwhile are filled; the CHECK is validated without a lock on the table; and NOT NULL,
 * which then does not need to read the rows, replaces it.
 */
export function notNull(plan: MigrationPlan, filled: Column): void {
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
  addToPhase(plan, 'validate', [`ALTER TABLE ${of} VALIDATE CONSTRAINT ${guard}`])
  addToPhase(plan, 'finish', [
    `ALTER TABLE ${of} ALTER COLUMN ${name} SET NOT NULL`,
    `ALTER TABLE ${of} DROP CONSTRAINT ${guard}`,
  ])
}
