import type { Queryable } from '../../database/queryable.ts'
import type { Driver } from '../../database/drivers/driver.ts'
import { runIsolated } from '../../http/request-scope.ts'
import { postgresError } from '../../database/postgres-error.ts'
import { sqlState } from '../../database/drivers/sql-state.ts'
import { HttpError } from '../../errors/http-error.ts'
import { RepeatedFailure } from '../../logging/repeated-failure.ts'
import { driverOf, type TextStatement, fetchText } from '../tables/auth-query.ts'
import { findTables, tablesUnreadable } from '../tables/auth-tables.ts'
import { type AuthUser, sessionUser } from '../auth-user.ts'
import { InvalidToken } from '../invalid-token.ts'
import {
  type AddedClaims,
  sessionStatements,
  sessionTables,
  type SessionRow,
  type SessionStatements,
} from './session-queries.ts'

/** Looks up sessions in Better Auth's tables for every request, so that signing out takes effect immediately. */
export class SessionLookup {
  readonly #schema: string | undefined
  readonly #added: AddedClaims | undefined
  readonly #statements = new WeakMap<Driver, Promise<SessionStatements>>()
  readonly #outage = new RepeatedFailure()

  constructor(schema: string | undefined, added?: AddedClaims) {
    this.#schema = schema
    this.#added = added
  }

  /**
   * Looks up the user of a session token.
   *
   * @throws {InvalidToken} the session does not exist or has ended
   * @throws {HttpError} 503: the database or the tables cannot be read
   */
  async userOf(db: Queryable, token: string): Promise<AuthUser> {
    const text = await this.#query(db, (statements) => statements.byToken(token))
    if (text === undefined) throw new InvalidToken('session not found: it was signed out')
    const row = JSON.parse(text) as SessionRow
    if (row.expired) throw new InvalidToken('the session has expired')
    if (row.banned) throw new InvalidToken('the user is banned')
    return sessionUser(row)
  }

  /**
   * Checks that the session of a JWT is active.
   *
   * @throws {InvalidToken} the JWT names no session, or one that has ended
   * @throws {HttpError} 503: the database or the tables cannot be read
   */
  async checkActive(db: Queryable, sessionId: string | null): Promise<void> {
    if (sessionId === null)
      throw new InvalidToken('no sid claim, which revocation needs: add it with definePayload')
    const isActive = await this.#query(db, (statements) => statements.byId(sessionId))
    if (isActive !== 'true')
      throw new InvalidToken(
        'the session in sid was signed out or has expired, or its user is banned',
      )
  }

  async #query(
    db: Queryable,
    statementOf: (statements: SessionStatements) => TextStatement | undefined,
  ): Promise<string | undefined> {
    const driver = driverOf(db)
    try {
      const statement = statementOf(await this.#statementsOn(driver, db))
      const text = statement && (await fetchText(db, statement))
      this.#outage.over()
      return text
    } catch (error) {
      const failure = this.#failureOf(error, driver)
      throw failure instanceof HttpError && failure.code === 'PLINTH_AUTH_TABLES_UNREADABLE'
        ? this.#outage.errorFor(failure)
        : failure
    }
  }

  /** Finds the tables at first use. If that fails, the next request tries again. */
  #statementsOn(driver: Driver, db: Queryable): Promise<SessionStatements> {
    const known = this.#statements.get(driver)
    if (known !== undefined) return known
    // All requests wait for this lookup, so it must not run in the transaction of one of them.
    const statements = runIsolated(() =>
      findTables(db, { schema: this.#schema, tables: sessionTables }),
    ).then(({ session, user }) => sessionStatements(session!, user!, this.#added))
    this.#statements.set(driver, statements)
    statements.catch(() => this.#statements.delete(driver))
    return statements
  }

  /** Turns an SQL error into a 503: the caller's token is not at fault, and the caller must not see the SQL. */
  #failureOf(error: unknown, driver: Driver): unknown {
    if (error instanceof HttpError || sqlState(error) === undefined) return error
    const known = postgresError(error)
    if (known?.status === 503) return known
    this.#statements.delete(driver)
    return tablesUnreadable("Better Auth's tables could not be read. Looking for them again", error)
  }
}
