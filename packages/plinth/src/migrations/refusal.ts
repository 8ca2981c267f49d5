import { PlinthError } from '../errors/plinth-error.ts'
import { command, type Connection } from '../database/drivers/driver.ts'
import type { Migration } from './files.ts'
import {
  type KnownTables,
  refusedChanges,
  type UnsafeChange,
  unsafeChanges,
} from './review/safety.ts'

/** A migration with changes that neither its author nor the caller allows. */
export interface RefusedMigration {
  readonly migration: Migration
  readonly changes: readonly UnsafeChange[]
}

/**
 * Refuses migrations that would lose rows, block requests, or break running code, unless that is allowed.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_UNSAFE`: names each statement, the reason, and the safe way
 */
export async function refuseUnsafe(
  connection: Connection,
  pending: readonly Migration[],
  allow: readonly string[] = [],
): Promise<void> {
  const known = await knownTables(connection)
  const refused = pending
    .map((migration) => ({
      migration,
      changes: refusedChanges(unsafeChanges(migration, known), migration, allow),
    }))
    .filter(({ changes }) => changes.length > 0)
  if (refused.length > 0)
    throw new PlinthError(
      'PLINTH_MIGRATION_UNSAFE',
      refused
        .map(({ migration, changes }) => `The migration ${migration.name} ${tellChanges(changes)}`)
        .join('\n'),
    )
}

/** Explains refused changes: what each does, why that is unsafe, and the safe way. */
export function tellChanges(changes: readonly UnsafeChange[]): string {
  const rules = [...new Set(changes.map(({ rule }) => rule))]
  const lines = changes.map(
    ({ rule, does, why, recipe, statement }) =>
      `  ${rule}: it ${does}; ${why}.\n    ${statement}\n    Safely: ${recipe}.`,
  )
  return [
    `is refused, for ${changes.length === 1 ? 'one reason' : `${changes.length} reasons`}:`,
    ...lines,
    `  Where it is meant: --allow ${rules.join(',')}, or the line "-- plinth:allow ${rules.join(', ')}" in the file.`,
  ].join('\n')
}

/** The types of all columns in the database, as Postgres writes them. */
async function knownTables(connection: Connection): Promise<KnownTables> {
  const { rows } = await connection.query(
    command(`select case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as "table",
      a.attname as "column", format_type(a.atttypid, a.atttypmod) as type
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and n.nspname not in ('pg_catalog', 'information_schema')`),
  )
  const types = new Map(
    (rows as { table: string; column: string; type: string }[]).map(({ table, column, type }) => [
      JSON.stringify([table, column]),
      type,
    ]),
  )
  return {
    created: new Set(),
    typeOf: (table, column) => types.get(JSON.stringify([table, column])),
  }
}
