import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from '../database.ts'
import type { Driver, QueryResult, Statement } from '../drivers/driver.ts'

/** The database of each dialect, kept weakly. */
const databases = new WeakMap<object, Database>()
const drivers = new WeakSet<Driver>()

/** Notes the database of a dialect, for {@link databaseOfDialect}. */
export function noteDialect(dialect: object, db: Database, driver: Driver): void {
  databases.set(dialect, db)
  drivers.add(driver)
}

/** The database of a dialect that {@link noteDialect} was called for. This file does not load Kysely. */
export const databaseOfDialect = (dialect: unknown): Database | undefined =>
  typeof dialect === 'object' && dialect !== null ? databases.get(dialect) : undefined

/** Checks whether a dialect was made for a database. */
export const hasDialect = (driver: Driver): boolean => drivers.has(driver)

/** Runs the statements of a dialect. */
export interface DialectRunner {
  run(statement: Statement): Promise<QueryResult>
}

const runners = new AsyncLocalStorage<DialectRunner>()

/** Runs code in which every dialect sends its statements to this runner, as migrations do on the connection with their lock. */
export const withDialectRunner = <T>(runner: DialectRunner, run: () => Promise<T>): Promise<T> =>
  runners.run(runner, run)

/** The runner of {@link withDialectRunner}; undefined outside of it. */
export const currentDialectRunner = (): DialectRunner | undefined => runners.getStore()
