import { HttpError } from '../errors/http-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { Logger } from '../logging/logger.types.ts'
import { InvalidToken } from './invalid-token.ts'

/** The response to every invalid token. It is the same for each cause, so that an attacker learns nothing. */
export const invalidToken = (
  cause: InvalidToken,
  challenge = 'Bearer error="invalid_token"',
): HttpError =>
  stackless(
    () =>
      new HttpError(401, 'Invalid or expired token. Sign in again to get a new one.', {
        code: 'PLINTH_INVALID_TOKEN',
        headers: { 'www-authenticate': challenge },
        cause,
      }),
  )

/** The log for the reasons of rejected tokens, and the challenge of the 401. */
export interface TokenRejection {
  readonly log: Logger
  readonly level: 'debug' | 'warn'
  /** Default: that of a bearer token. */
  readonly challenge?: string
}

/**
 * Rejects a token: the reason goes to the log, and never to the caller.
 *
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401; another error is thrown as it is
 */
export function rejectToken(error: unknown, { log, level, challenge }: TokenRejection): never {
  if (!(error instanceof InvalidToken)) throw error
  log[level]({ reason: error.message }, 'Token rejected')
  throw invalidToken(error, challenge)
}
