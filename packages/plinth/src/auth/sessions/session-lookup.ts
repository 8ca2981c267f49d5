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
  sessionStatements,
  sessionTables,
  type SessionRow,
  type SessionStatements,
} from './session-queries.ts'

/** Better Auth's `session` table, read anew for every request: what is signed out is refused at once. */
export class SessionLookup {
  readonly #schema: string | undefined
  readonly #statements = new WeakMap<Driver, Promise<SessionStatements>>()
  readonly #outage = new RepeatedFailure()

  constructor(schema: string | undefined) {
    this.#schema = schema
  }

  /**
   * The user of a session token.
   *
   * @throws {InvalidToken} there is no such session, or it is over
   * @throws {HttpError} 503: the database or the tables cannot be read
   */
  async userOf(db: Queryable, token: string): Promise<AuthUser> {
    const text = await this.#ask(db, (statements) => statements.byToken(token))
    if (text === undefined) throw new InvalidToken('there is no such session: it was signed out')
    const row = JSON.parse(text) as SessionRow
    if (row.expired) throw new InvalidToken('its session has expired')
    if (row.banned) throw new InvalidToken('its user is banned')
    return sessionUser(row)
  }

  /**
   * Looks up the session that a JWT was made in.
   *
   * @throws {InvalidToken} it names none, or one that is over
   * @throws {HttpError} 503: the database or the tables cannot be read
   */
  async checkLives(db: Queryable, sessionId: string | null): Promise<void> {
    if (sessionId === null)
      throw new InvalidToken('it has no sid, which revocation needs: add it with definePayload')
    const lives = await this.#ask(db, (statements) => statements.byId(sessionId))
    if (lives !== 'true')
      throw new InvalidToken(
        'the session of its sid was signed out or has expired, or its user is banned',
      )
  }

  async #ask(
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

  /** Found at first use; one request's failure is the next one's first use. */
  #statementsOn(driver: Driver, db: Queryable): Promise<SessionStatements> {
    const known = this.#statements.get(driver)
    if (known !== undefined) return known
    // Every request waits for it, so it is part of none: not of a transaction that one of them may hold.
    const finding = runIsolated(() =>
      findTables(db, { schema: this.#schema, tables: sessionTables }),
    ).then(({ session, user }) => sessionStatements(session!, user!))
    this.#statements.set(driver, finding)
    finding.catch(() => this.#statements.delete(driver))
    return finding
  }

  /** A table that cannot be read is no fault of the caller's token, and none of its SQL is for the caller. */
  #failureOf(error: unknown, driver: Driver): unknown {
    if (error instanceof HttpError || sqlState(error) === undefined) return error
    const known = postgresError(error)
    if (known?.status === 503) return known
    this.#statements.delete(driver)
    return tablesUnreadable(
      "Better Auth's tables could not be read, and are looked for anew",
      error,
    )
  }
}
