import type { PgTable } from 'drizzle-orm/pg-core'

/** By error, because errors of Postgres name their table, and two models may share that name. */
const tables = new WeakMap<object, PgTable>()

/** Notes the table that a failed statement wrote. */
export function noteTable(error: unknown, table: PgTable | undefined): void {
  if (table !== undefined && error instanceof Error) tables.set(error, table)
}

/** The table that the failed statement wrote, if Drizzle built it. */
export const tableOfError = (error: Error): PgTable | undefined => tables.get(error)
