import { PlinthError } from '../errors/plinth-error.ts'
import { command, type Connection } from '../database/drivers/driver.ts'
import { instantOf, isSameText, type Migration } from './files.ts'

/** A row of the ledger: a migration that is recorded as applied. */
export interface LedgerRow {
  readonly name: string
  readonly hash: string
  /** `null` if an older migrator recorded it. */
  readonly appliedAt: Date | null
}

/** A migration that was applied. */
export interface AppliedMigration {
  readonly name: string
  /** `null` if an older migrator applied it without recording when. */
  readonly appliedAt: Date | null
}

/** The differences between a folder of migrations and a database. */
export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[]
  /** The migrations that would be applied, in this order. */
  readonly pending: readonly string[]
  /** Applied, and edited since then. */
  readonly changed: readonly string[]
  /** Applied, but not in the folder: from another branch, or from a newer version. */
  readonly unknown: readonly string[]
  /** Pending, although a later one is applied: from a branch that was merged later. */
  readonly late: readonly string[]
  /** The progress of an interrupted migration. */
  readonly begun: { readonly name: string; readonly done: number; readonly of: number } | undefined
}

/** The progress of an interrupted migration, as recorded in the database. */
export interface BegunMigration {
  readonly name: string
  /** Of the text of the completed steps. */
  readonly hash: string
  readonly done: number
  /** True if the next step was started. */
  readonly running: boolean
}

const table = 'drizzle.__drizzle_migrations'
const steps = 'drizzle.__plinth_migration_steps'

const rowsOf = async <T>(
  connection: Connection,
  text: string,
  params: unknown[] = [],
): Promise<T[]> => {
  const { rows } = await connection.query({ ...command(text), params })
  return rows as T[]
}

async function exists(connection: Connection, name: string): Promise<boolean> {
  const [row] = await rowsOf<{ there: boolean }>(
    connection,
    `select to_regclass('${name}') is not null as there`,
  )
  return row?.there === true
}

/** Creates the ledger, the table in which drizzle-kit's migrator records applied migrations. */
export async function makeLedger(connection: Connection): Promise<void> {
  if (await exists(connection, table)) return
  await connection.query(
    command(`create schema if not exists drizzle; create table if not exists ${table} (
      id serial primary key, hash text not null, created_at bigint, name text,
      applied_at timestamp with time zone default now())`),
  )
}

/**
 * Reads the ledger of applied migrations.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: an older migrator wrote the ledger, without names
 */
export async function readLedger(connection: Connection): Promise<LedgerRow[]> {
  if (!(await exists(connection, table))) return []
  const columns = await rowsOf<{ name: string }>(
    connection,
    `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0`,
  )
  if (!columns.some(({ name }) => name === 'name'))
    throw new PlinthError(
      'PLINTH_MIGRATION_FAILED',
      `The table ${table} was written by an older drizzle-orm, without the names of the migrations: run drizzle-kit migrate once, which brings it up to date`,
    )
  const rows = await rowsOf<{ name: string | null; hash: string; at: string | null }>(
    connection,
    `select name, hash, to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from ${table} order by id`,
  )
  return rows.map(({ name, hash, at }) => ({
    name: name ?? '',
    hash,
    appliedAt: at === null ? null : new Date(at),
  }))
}

/** Reads the progress of an interrupted migration, if there is one. */
export async function readBegun(connection: Connection): Promise<BegunMigration | undefined> {
  if (!(await exists(connection, steps))) return undefined
  const [row] = await rowsOf<BegunMigration>(
    connection,
    `select name, hash, done, running from ${steps}`,
  )
  return row
}

/** Creates the table for the progress of a migration; it exists only while a migration is unfinished. */
export const makeSteps = `create table if not exists ${steps} (name text primary key, hash text not null, done int not null, running boolean not null)`

/** Records the progress of a migration. */
export async function writeBegun(connection: Connection, begun: BegunMigration): Promise<void> {
  const { name, hash, done, running } = begun
  await rowsOf(
    connection,
    `insert into ${steps} values ($1, $2, $3, $4)
    on conflict (name) do update set hash = excluded.hash, done = excluded.done, running = excluded.running`,
    [name, hash, done, running],
  )
}

/** Records a migration as applied. */
export async function recordApplied(
  connection: Connection,
  { name, hash }: Pick<Migration, 'name' | 'hash'>,
): Promise<void> {
  await rowsOf(connection, `insert into ${table} (hash, created_at, name) values ($1, $2, $3)`, [
    hash,
    instantOf(name),
    name,
  ])
}

/** Records a migration as applied, in the transaction of its last step. */
export async function writeApplied(connection: Connection, migration: Migration): Promise<void> {
  await recordApplied(connection, migration)
  if (migration.steps.length > 1) await connection.query(command(`drop table ${steps}`))
}

/** Compares a folder of migrations with the ledger. */
export function statusOf(
  migrations: readonly Migration[],
  rows: readonly LedgerRow[],
  begun?: BegunMigration,
): MigrationStatus {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  const have = new Map(rows.map((row) => [row.name, row]))
  const pending = migrations.map(({ name }) => name).filter((name) => !have.has(name))
  const last = migrations.findLast(({ name }) => have.has(name))?.name ?? ''
  const unfinished = begun && known.get(begun.name)
  return {
    applied: rows.map(({ name, appliedAt }) => ({ name, appliedAt })),
    pending,
    changed: rows
      .filter(({ name, hash }) => {
        const migration = known.get(name)
        return migration !== undefined && !isSameText(migration.text, hash)
      })
      .map(({ name }) => name),
    unknown: rows.map(({ name }) => name).filter((name) => !known.has(name)),
    late: pending.filter((name) => name.localeCompare(last) < 0),
    begun: begun && {
      name: begun.name,
      done: begun.done,
      of: unfinished?.steps.length ?? begun.done,
    },
  }
}
