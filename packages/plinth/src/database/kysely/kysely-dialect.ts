import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver as KyselyDriver,
  type QueryResult as KyselyResult,
  type TransactionSettings,
} from 'kysely'
import { PlinthError } from '../../errors/plinth-error.ts'
import { joinScope } from '../../http/request-scope.ts'
import type { Driver, QueryResult } from '../drivers/driver.ts'
import { PoolRunner } from '../pool-runner.ts'
import { TransactionConnection } from '../transaction-connection.ts'
import { currentDialectRunner, type DialectRunner } from './dialect-database.ts'

/**
 * A Kysely dialect over a driver of Plinth.
 *
 * It shares the connection pool, the circuit breaker and the lock of the directory. A statement outside a transaction
 * is retried as Plinth's own are; one inside an open transaction of the same request is `PLINTH_DATABASE_NESTED`.
 */
export const kyselyDialect = (driver: Driver): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DialectDriver(driver),
  createIntrospector: (kysely) => new PostgresIntrospector(kysely),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

class DialectDriver implements KyselyDriver {
  readonly #driver: Driver
  readonly #pool: PoolRunner

  constructor(driver: Driver) {
    this.#driver = driver
    this.#pool = new PoolRunner(driver)
  }

  async init(): Promise<void> {}

  // A connection of the pool is acquired by each statement, or by the first one of a transaction.
  async acquireConnection(): Promise<DialectConnection> {
    return new DialectConnection(currentDialectRunner() ?? this.#pool)
  }

  async beginTransaction(held: DialectConnection, settings: TransactionSettings): Promise<void> {
    const { accessMode, isolationLevel } = settings
    if (isolationLevel === 'snapshot')
      throw new PlinthError(
        'PLINTH_OPTION_UNKNOWN',
        "Postgres has no isolation level 'snapshot': use 'repeatable read'",
      )
    const transaction = new TransactionConnection(this.#driver, {
      ...(accessMode && { accessMode }),
      ...(isolationLevel && { isolationLevel }),
    })
    held.begin(transaction, joinScope(transaction))
  }

  commitTransaction = (held: DialectConnection): Promise<void> =>
    held.end((transaction) => transaction.commit())

  rollbackTransaction = (held: DialectConnection): Promise<void> =>
    held.end((transaction) => transaction.rollback())

  async releaseConnection(): Promise<void> {}

  // The app closes its database.
  async destroy(): Promise<void> {}
}

/** The commands whose row count Kysely calls "affected rows". */
const writes: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

class DialectConnection implements DatabaseConnection {
  readonly #outside: DialectRunner
  #transaction: TransactionConnection | undefined
  #leaveScope = (): void => {}

  constructor(runner: DialectRunner) {
    this.#outside = runner
  }

  begin(transaction: TransactionConnection, leaveScope: () => void): void {
    this.#transaction = transaction
    this.#leaveScope = leaveScope
  }

  async end(how: (transaction: TransactionConnection) => Promise<void>): Promise<void> {
    const transaction = this.#transaction
    if (transaction === undefined) return
    try {
      await how(transaction)
    } finally {
      this.#transaction = undefined
      this.#leaveScope()
    }
  }

  async executeQuery<R>(query: CompiledQuery): Promise<KyselyResult<R>> {
    const runner = this.#transaction ?? this.#outside
    const result = await runner.run({
      text: query.sql,
      params: query.parameters,
      name: undefined,
      arrays: false,
    })
    const { command, rowCount } = result
    return {
      // The columns of the statement decide the type of its rows, and only Kysely knows them.
      rows: withDates(result) as R[],
      ...(writes.has(command) && { numAffectedRows: BigInt(rowCount) }),
    }
  }

  // oxlint-disable-next-line require-yield -- it only throws
  async *streamQuery(): AsyncGenerator<never> {
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      "Plinth's Kysely dialect does not stream rows: call execute()",
    )
  }
}

/** The text of an instant as ISO 8601, by type. Plinth's drivers leave instants as text. */
const isoByType: Readonly<Record<number, (text: string) => string>> = {
  // timestamp: dates are written in UTC
  1114: (text) => `${text}Z`,
  // timestamptz: the offset may have no minutes
  1184: (text) => text.replace(/([+-]\d{2})$/, '$1:00'),
}

/** Turns the instants of rows into dates. */
function withDates({ rows, fields }: QueryResult): readonly Record<string, unknown>[] {
  const instants = fields.flatMap(({ name, dataTypeID }) => {
    const iso = isoByType[dataTypeID]
    return iso ? [{ name, iso }] : []
  })
  if (instants.length === 0) return rows
  return rows.map((row) => {
    const changed = { ...row }
    for (const { name, iso } of instants)
      if (typeof row[name] === 'string') changed[name] = new Date(iso(row[name].replace(' ', 'T')))
    return changed
  })
}
