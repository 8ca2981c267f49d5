import type { AuthUser } from '../auth-user.ts'
import type { OpenInstance } from './open-instance.ts'

/** A credential of a session, with its request. */
export interface SessionCredential {
  /** A bearer token, or the values of the session cookie; never `null` here. */
  readonly sent: string | readonly string[] | null
  readonly request: Request
  readonly instance: OpenInstance
}

/**
 * Looks up the user of a session.
 *
 * @throws {InvalidToken} the session does not exist, has ended, or its user is banned
 * @throws {HttpError} `PLINTH_AUTH_TABLES_UNREADABLE`, 503, and those of the database
 */
export type ReadSession = (credential: SessionCredential) => Promise<AuthUser>
