import { PlinthError } from '../errors/plinth-error.ts'
import { command, type Connection } from '../database/drivers/driver.ts'
import { instantOf, isSameText, type Migration } from './files.ts'

/** A migration that the database says it has. */
export interface LedgerRow {
  readonly name: string
  readonly hash: string
  /** `null` where an older migrator wrote it. */
  readonly appliedAt: Date | null
}

/** A migration that was applied. */
export interface AppliedMigration {
  readonly name: string
  /** `null` where an older migrator applied it, and did not write down when. */
  readonly appliedAt: Date | null
}

/** How a folder of migrations and a database stand to each other. */
export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[]
  /** What would be applied, in this order. */
  readonly pending: readonly string[]
  /** Applied, and edited since then. */
  readonly changed: readonly string[]
  /** Applied, and not in the folder: of another branch, or of a newer version. */
  readonly unknown: readonly string[]
  /** Pending, though one with a later name was applied already: of a branch that was merged later. */
  readonly late: readonly string[]
  /** Of a migration that was broken off: how many of its steps are done. */
  readonly begun: { readonly name: string; readonly done: number; readonly of: number } | undefined
}

/** Steps of a migration that was not finished. */
export interface BegunMigration {
  readonly name: string
  /** Of the text of the steps that are done. */
  readonly hash: string
  readonly done: number
  /** Whether the step after those was begun. */
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

/** Makes the table in which drizzle-kit's migrator writes down what it applied, as that makes it. */
export async function makeLedger(connection: Connection): Promise<void> {
  if (await exists(connection, table)) return
  await connection.query(
    command(`create schema if not exists drizzle; create table if not exists ${table} (
      id serial primary key, hash text not null, created_at bigint, name text,
      applied_at timestamp with time zone default now())`),
  )
}

/**
 * What the database says it has.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: an older migrator wrote it, without names
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

/** The migration that was begun and not finished, if there is one. */
export async function readBegun(connection: Connection): Promise<BegunMigration | undefined> {
  if (!(await exists(connection, steps))) return undefined
  const [row] = await rowsOf<BegunMigration>(
    connection,
    `select name, hash, done, running from ${steps}`,
  )
  return row
}

/** The statement that makes the table for unfinished migrations. It is there only while there is one. */
export const makeSteps = `create table if not exists ${steps} (name text primary key, hash text not null, done int not null, running boolean not null)`

/** Writes down how far a migration has come. */
export async function writeBegun(connection: Connection, begun: BegunMigration): Promise<void> {
  const { name, hash, done, running } = begun
  await rowsOf(
    connection,
    `insert into ${steps} values ($1, $2, $3, $4)
    on conflict (name) do update set hash = excluded.hash, done = excluded.done, running = excluded.running`,
    [name, hash, done, running],
  )
}

/** Writes down that a migration is applied: inside the transaction that applies the last of it. */
export async function writeApplied(connection: Connection, migration: Migration): Promise<void> {
  const { name, hash } = migration
  await rowsOf(connection, `insert into ${table} (hash, created_at, name) values ($1, $2, $3)`, [
    hash,
    instantOf(name),
    name,
  ])
  if (migration.steps.length > 1) await connection.query(command(`drop table ${steps}`))
}

/** Compares a folder with what the database says it has. */
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
