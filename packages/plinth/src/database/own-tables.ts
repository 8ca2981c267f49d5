import { PlinthError } from '../errors/plinth-error.ts'
import { quoteIdentifier } from '../sql/quote-identifier.ts'
import { command, type Connection, type Driver } from './drivers/driver.ts'
import { sqlState } from './drivers/sql-state.ts'
import { ownerRole } from './row-owner.ts'

/** The schema of Plinth's own tables. */
export const ownSchema = 'plinth'

/** A table of Plinth's own, which one of its capabilities uses. */
export interface OwnTable {
  /** Its name in the schema `plinth`. */
  readonly name: string
  /** The statements that create it. Each may run again. */
  readonly statements: readonly string[]
}

const declared = new Map<string, OwnTable>()

/**
 * Declares a table of Plinth's own, at the top of a module.
 *
 * Loading the module is enough for `migrate()` to create the table.
 *
 * @param statements - they have `if not exists`, and name the table as `plinth.<name>`
 */
export function ownTable(name: string, statements: readonly string[]): OwnTable {
  const table = { name, statements }
  declared.set(name, table)
  return table
}

/** The tables that the loaded modules declare. */
export const ownTables = (): readonly OwnTable[] => [...declared.values()]

/** The tables that exist (`true`), or are being created, by driver. */
const known = new WeakMap<Driver, Map<OwnTable, Promise<void> | true>>()

/**
 * Creates the tables that do not exist yet, once per driver.
 *
 * It uses a connection of its own, and never a transaction of a request. Several processes may call it at once.
 *
 * @throws {PlinthError} `PLINTH_TABLES_MISSING`: the login may not create them
 * @throws {HttpError} `PLINTH_DATABASE_UNAVAILABLE` or `PLINTH_DATABASE_BUSY`, 503
 */
export async function ensureTables(driver: Driver, tables: readonly OwnTable[]): Promise<void> {
  const ready = known.get(driver) ?? new Map<OwnTable, Promise<void> | true>()
  known.set(driver, ready)
  const missing = tables.filter((table) => !ready.has(table))
  if (missing.length > 0) {
    const making = onConnection(driver, (connection) => createTables(connection, missing))
    for (const table of missing) ready.set(table, making)
    making.then(
      () => missing.forEach((table) => ready.set(table, true)),
      () => missing.forEach((table) => ready.delete(table)),
    )
  }
  await Promise.all(tables.map(async (table) => ready.get(table)))
}

/** `true` if the tables are known to exist. */
export const hasTables = (driver: Driver, tables: readonly OwnTable[]): boolean =>
  tables.every((table) => known.get(driver)?.get(table) === true)

async function onConnection(
  driver: Driver,
  use: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await driver.acquire()
  try {
    await use(connection)
    connection.release()
  } catch (error) {
    connection.release(error)
    throw error
  }
}

/** The key of the advisory lock that is held while tables are created. */
const lockKey = 7_305_218_445

/**
 * Creates the tables that do not exist yet, on a connection without an open transaction.
 *
 * @throws {PlinthError} `PLINTH_TABLES_MISSING`: the login may not create them
 */
export async function createTables(
  connection: Connection,
  tables: readonly OwnTable[],
): Promise<void> {
  const missing: OwnTable[] = []
  for (const table of tables) if (!(await mayUse(connection, table))) missing.push(table)
  if (missing.length === 0) return
  try {
    await connection.query(command(`begin;\n${creationText(missing)};\ncommit`))
  } catch (error) {
    await connection.query(command('rollback')).catch(() => {})
    throw explain(error, missing)
  }
}

/** The statements that create tables, for an open transaction. */
export const creationText = (tables: readonly OwnTable[]): string =>
  [
    `select pg_advisory_xact_lock(${lockKey})`,
    schemaText,
    ...tables.flatMap(({ statements }) => statements),
    grantText,
  ].join(';\n')

const everything = 'select, insert, update, delete'

/** Checks that a table exists, and that the login may use it. */
async function mayUse(connection: Connection, { name }: OwnTable): Promise<boolean> {
  const { rows } = await connection.query(
    // Without the right to use a schema, to_regclass() throws.
    command(`select case when has_schema_privilege(to_regnamespace('${ownSchema}'), 'usage')
      then has_table_privilege(to_regclass('${ownSchema}.${name}'), '${everything}') end as usable`),
  )
  return rows[0]?.['usable'] === true
}

// `create schema if not exists` needs the right to create one, although it exists.
const schemaText = `do $$ begin
  if to_regnamespace('${ownSchema}') is null then create schema ${ownSchema}; end if;
end $$`

/** The statement that lets users' transactions, which run as another role, use all tables of Plinth's own. */
export const grantText = `do $$ begin
  if to_regnamespace('${ownSchema}') is not null and exists (select from pg_roles where rolname = '${ownerRole}') then
    grant usage on schema ${ownSchema} to ${quoteIdentifier(ownerRole)};
    grant usage on all sequences in schema ${ownSchema} to ${quoteIdentifier(ownerRole)};
    grant ${everything} on all tables in schema ${ownSchema} to ${quoteIdentifier(ownerRole)};
  end if;
end $$`

function explain(error: unknown, tables: readonly OwnTable[]): unknown {
  if (sqlState(error) !== '42501') return error
  const names = tables.map(({ name }) => `${ownSchema}.${name}`).join(', ')
  return new PlinthError(
    'PLINTH_TABLES_MISSING',
    `The tables ${names} do not exist, or this login may not use them, and it may not create them. Run plinth db migrate with the login that owns the database, and grant this one usage on the schema ${ownSchema} and ${everything} on its tables`,
    { cause: error },
  )
}
