import { type Cache, NoopCache } from 'drizzle-orm/cache/core/cache'
import type { WithCacheConfig } from 'drizzle-orm/cache/core/types'
import { DrizzleQueryError } from 'drizzle-orm/errors'
import { type Logger, NoopLogger } from 'drizzle-orm/logger'
import {
  PgAsyncPreparedQuery,
  PgAsyncSession,
  PgAsyncTransaction,
  type PgDialect,
  type PgTable,
  type PgTransactionConfig,
  type PreparedQueryConfig,
} from 'drizzle-orm/pg-core'
import { preparedStatementName } from 'drizzle-orm/query-name-generator'
import type { AnyRelations } from 'drizzle-orm/relations'
import { type Query, sql } from 'drizzle-orm/sql'
import { PlinthError } from '../../errors/plinth-error.ts'
import type {
  DatabaseResult,
  Driver,
  QueryResult,
  Statement,
  StatementRunner,
} from '../drivers/driver.ts'
import { runInsideTransaction } from '../../http/request-scope.ts'
import { refuseNested } from '../nested-transactions.ts'
import { PoolRunner } from '../pool-runner.ts'
import { missingRelations } from './missing-relations.ts'
import { noteTable } from '../statement-table.ts'
import type { Text } from '../../http/raw-text.ts'
import type { JsonStatements } from '../queries/json-statement.ts'
import { isPureSelect } from '../drivers/pure-sql.ts'
import { refuseUnsendable } from '../drivers/refuse-unsendable.ts'
import { TransactionConnection } from '../transaction-connection.ts'

/** The parts shared by every session of one database. */
export interface SessionShared<TRelations extends AnyRelations> {
  readonly driver: Driver
  readonly dialect: PgDialect
  readonly relations: TRelations
  readonly logger: Logger
  /** The statements that have Postgres write JSON. */
  readonly json: JsonStatements
}

const noCache: Cache = new NoopCache()

/**
 * Drizzle's session on top of a {@link StatementRunner}.
 *
 * The same code serves the connection pool and transactions, on both engines. The classes it extends are the ones every
 * Drizzle driver extends.
 */
export class Session<TRelations extends AnyRelations> extends PgAsyncSession<
  DatabaseResult,
  TRelations
> {
  readonly #runner: StatementRunner
  readonly shared: SessionShared<TRelations>

  readonly #table: PgTable | undefined

  constructor(
    shared: SessionShared<TRelations>,
    runner: StatementRunner = new PoolRunner(shared.driver),
    table?: PgTable,
  ) {
    super(shared.dialect)
    this.shared = shared
    this.#runner = runner
    this.#table = table
  }

  /** True for the session of a transaction, whose statements fail after its end. */
  get isTransaction(): boolean {
    return this.#runner instanceof TransactionConnection
  }

  /** This session for a statement that writes a table, whose errors are explained by that table's model. */
  writing(table: PgTable): Session<TRelations> {
    return new Session(this.shared, this.#runner, table)
  }

  /** Runs a statement as it is, in the transaction that the session belongs to. */
  run(statement: Statement): Promise<QueryResult> {
    this.shared.logger.logQuery(statement.text, [...statement.params])
    return this.#runner.run(statement)
  }

  /** Runs a statement that returns one text and passes it on. Undefined when there is no row. */
  text<T>(statement: Statement, use: (text: Text | undefined) => T | Promise<T>): Promise<T> {
    this.shared.logger.logQuery(statement.text, [...statement.params])
    const running = this.#runner.text(statement, use)
    return this.#table === undefined ? running : running.catch(noting(this.#table))
  }

  // oxlint-disable-next-line max-params -- the shape is Drizzle's
  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    query: Query,
    mode: 'arrays' | 'objects' | 'raw',
    name: string | boolean,
    // oxlint-disable-next-line typescript/no-explicit-any -- the type is Drizzle's
    mapper?: (rows: any[]) => any,
    metadata?: ConstructorParameters<typeof PreparedQuery>[6],
    cacheConfig?: WithCacheConfig,
  ): PgAsyncPreparedQuery<T> {
    const arrays = mode === 'arrays'
    const statementName = name === true ? preparedStatementName(query.sql, query.params) : name
    const runner = this.#runner
    const table = this.#table
    const reads = metadata?.type === 'select' && isPureSelect(query.sql)
    // Not async: an error the runner throws synchronously must not be wrapped as a failed query.
    const execute = (params: unknown[] = []): Promise<unknown> => {
      refuseUnsendable(query.sql, params)
      const running = runner.run({
        text: query.sql,
        params,
        name: statementName || undefined,
        arrays,
        reads,
      })
      const noted = table === undefined ? running : running.catch(noting(table))
      return mode === 'raw' ? noted : noted.then((result) => result.rows)
    }
    return new PreparedQuery<T>(
      execute,
      query,
      mapper,
      mode,
      this.shared.logger,
      noCache,
      metadata,
      cacheConfig,
      false,
    )
  }

  override async transaction<T>(
    run: (tx: Transaction<TRelations>) => Promise<T>,
    config?: PgTransactionConfig,
  ): Promise<T> {
    const { driver } = this.shared
    refuseNested(driver)
    const connection = new TransactionConnection(driver, config)
    return await runInsideTransaction(connection, async () => {
      try {
        const result = await run(transactionOn(this.shared, connection))
        await connection.commit()
        return result
      } catch (error) {
        await connection.rollback()
        throw error
      }
    })
  }
}

/** Notes the table of a failed statement, and rethrows the error. */
const noting =
  (table: PgTable) =>
  (error: unknown): never => {
    noteTable(error, table)
    throw error
  }

class PreparedQuery<T extends PreparedQueryConfig> extends PgAsyncPreparedQuery<T> {
  override execute(values?: Record<string, unknown>): Promise<T['execute']> {
    return super.execute(values).catch(unwrap)
  }
}

/** Unwraps an error of Plinth's that Drizzle reports as a failed query. */
function unwrap(error: unknown): never {
  if (error instanceof DrizzleQueryError && error.cause instanceof PlinthError) throw error.cause
  throw error
}

/** Drizzle's transaction. Its own `transaction()` creates a savepoint. */
export class Transaction<TRelations extends AnyRelations> extends PgAsyncTransaction<
  DatabaseResult,
  TRelations
> {
  readonly #session: Session<TRelations>

  constructor(session: Session<TRelations>, depth: number) {
    const { dialect, relations } = session.shared
    super(dialect, session, relations, depth, false)
    if (Object.keys(relations).length === 0) this.query = missingRelations as this['query']
    this.#session = session
  }

  override async transaction<T>(run: (tx: Transaction<TRelations>) => Promise<T>): Promise<T> {
    const depth = this.nestedIndex + 1
    const tx = new Transaction(this.#session, depth)
    await tx.execute(sql.raw(`savepoint sp${depth}`))
    try {
      const result = await run(tx)
      await tx.execute(sql.raw(`release savepoint sp${depth}`))
      return result
    } catch (error) {
      await tx.execute(sql.raw(`rollback to savepoint sp${depth}`)).catch(() => {})
      throw error
    }
  }
}

/** Creates a transaction on a connection that its first statement acquires. */
export function transactionOn<TRelations extends AnyRelations>(
  shared: SessionShared<TRelations>,
  connection: TransactionConnection,
): Transaction<TRelations> {
  return new Transaction(new Session(shared, connection), 0)
}

/** A logger that discards every query. */
export const noLogger: Logger = new NoopLogger()
