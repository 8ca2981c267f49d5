import { transactionOn, Session } from '../database/drizzle/session.ts'
import type { BuiltQuery } from '../database/drizzle/query-config.ts'
import type { Driver } from '../database/drivers/driver.ts'
import { sharedOf } from '../database/database.ts'
import { One } from '../database/queries/one.ts'
import { runJson } from '../database/queries/run-json.ts'
import type { JsonShape } from '../database/queries/json-statement.ts'
import type { AnyQueryable, DatabaseTransaction } from '../database/queryable.ts'
import { TransactionConnection } from '../database/transaction-connection.ts'
import type { LazyQuery } from '../dependencies/lazy-query.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { tokensOf } from '../sql/tokens.ts'

/** A query, or a function that builds it on a user's transaction. */
export type LiveQuery<T> = LazyQuery<T> | ((tx: DatabaseTransaction) => LazyQuery<T>)

/** Writes the result of a query as the JSON of a response. */
export interface ResultWriter {
  /** The fields that Postgres may write. */
  readonly json: JsonShape | undefined
  write(result: unknown): string
}

/** A query that can be run again and again, on the database or as a user. */
export interface RepeatedQuery<T> {
  /** The driver of its database, if it is known. */
  readonly driver: Driver | undefined
  /** Identifies what it selects, with the names of the fields. */
  readonly key: string
  run<R>(use: (query: LazyQuery<T>) => Promise<R>): Promise<R>
}

/** Checks a query of {@link live}, and prepares it for many runs. */
export function repeatedQuery<T>(
  query: LiveQuery<T>,
  db: AnyQueryable,
  user: string | undefined,
): RepeatedQuery<T> {
  if (typeof query === 'function') return ofUser(query, db, user)
  if (user !== undefined)
    throw invalid(
      'with the option "user" the first argument must be a function that builds the query on the user’s transaction: live((tx) => tx.select()…, …, { user })',
    )
  const built = builtQuery(query)
  const session = built.session instanceof Session ? built.session : undefined
  if (session?.isTransaction === true)
    throw invalid(
      'the query belongs to a transaction, which ends before the list does: build it on the database, or, with row-level security, pass a function and the user: live((tx) => tx.select()…, …, { user: user.id })',
    )
  checkOrder(query)
  return { driver: session?.shared.driver, key: keyOf(query), run: (use) => use(query) }
}

/** Each run is a transaction of its own, in which the policies of the user apply. */
function ofUser<T>(
  build: (tx: DatabaseTransaction) => LazyQuery<T>,
  db: AnyQueryable,
  user: string | undefined,
): RepeatedQuery<T> {
  if (user === undefined)
    throw invalid(
      'a function that builds the query needs the option "user", whose transaction it gets. Without row-level security, pass the query itself',
    )
  const shared = sharedOf(db, 'live()')
  const begin = (): { connection: TransactionConnection; tx: DatabaseTransaction } => {
    const connection = new TransactionConnection(shared.driver, { accessMode: 'read only', user })
    return { connection, tx: transactionOn(shared, connection) }
  }
  const query = build(begin().tx)
  checkOrder(query)
  return {
    driver: shared.driver,
    key: JSON.stringify([user, keyOf(query)]),
    run: async (use) => {
      const { connection, tx } = begin()
      try {
        const result = await use(build(tx))
        await connection.commit()
        return result
      } finally {
        // Does nothing after a commit.
        await connection.rollback()
      }
    },
  }
}

/** Runs a query, and writes its result with the bytes of a normal response. */
export async function textOf(query: LazyQuery<unknown>, writer: ResultWriter): Promise<string> {
  const written = writer.json && runJson(query, writer.json, (text): string => text.toString())
  return await (written ?? query.then((result) => writer.write(result)))
}

/** Drizzle's query. `one(query)` holds it. */
const builtQuery = (query: LazyQuery<unknown>): Partial<BuiltQuery> =>
  // The fields are private, and checked before they are used.
  (query instanceof One ? query.query : query) as Partial<BuiltQuery>

/**
 * Refuses a query that changes rows, or that may give equal rows in another order.
 *
 * @throws {PlinthError} `PLINTH_LIVE_INVALID`
 */
function checkOrder(query: LazyQuery<unknown>): void {
  if (typeof query?.toSQL !== 'function' || typeof query.then !== 'function')
    throw invalid(
      'the first argument must be a query of Drizzle’s builders: db.select()… or db.query…',
    )
  const { sql } = query.toSQL()
  const words = topLevelWords(sql)
  if (words[0] !== 'select' && words[0] !== 'with')
    throw invalid(`the query must select rows: ${excerpt(sql)}`)
  const isOrdered = words.some((word, at) => word === 'order' && words[at + 1] === 'by')
  if (!isOrdered && !(query instanceof One))
    throw invalid(
      `the query has no order, so equal rows could be sent again in another one. Add .orderBy(…): ${excerpt(sql)}`,
    )
}

/** The words of a statement that are in no brackets. */
function topLevelWords(sql: string): string[] {
  const words: string[] = []
  let depth = 0
  for (const { kind, text } of tokensOf(sql)) {
    if (kind === 'symbol' && text === '(') depth += 1
    if (kind === 'symbol' && text === ')') depth -= 1
    if (kind === 'word' && depth === 0) words.push(text)
  }
  return words
}

const excerpt = (sql: string): string => (sql.length > 120 ? `${sql.slice(0, 120)}…` : sql)

/** Drizzle does not name the fields of a select in its SQL. Relational queries have their names in it. */
function keyOf(query: LazyQuery<unknown>): string {
  const { sql, params } = query.toSQL()
  const names = namesOf(builtQuery(query)._?.selectedFields)
  const kind = query instanceof One ? 'one' : 'all'
  return textToCompare([kind, sql, names, params])
}

/** A text that is equal for equal rows or parameters. */
export const textToCompare = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? ''

/** The names of selected fields; those of nested objects with a dot. */
function namesOf(fields: object | undefined, prefix = ''): string[] {
  return Object.entries(fields ?? {}).flatMap(([name, field]: [string, unknown]) =>
    isPlainObject(field) ? namesOf(field, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
}

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_LIVE_INVALID', `live(): ${problem}`)
