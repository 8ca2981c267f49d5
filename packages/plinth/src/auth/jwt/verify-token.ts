import type { AuthUser } from '../auth-user.ts'
import { InvalidToken } from '../invalid-token.ts'
import { invalidToken } from '../reject-token.ts'
import { verifierOf, type JwtVerifier } from './jwt-verifier.ts'
import { tokenPolicy, type VerifyTokenOptions } from './token-policy.ts'

/** Verifiers by the text of their options: they keep fetched keys and verified tokens. The oldest is dropped first. */
const verifiers = new Map<string, JwtVerifier>()
const maxVerifiers = 100

function verifierFor(options: VerifyTokenOptions): JwtVerifier {
  const text = JSON.stringify(options)
  const known = verifiers.get(text)
  if (known !== undefined) return known
  const made = verifierOf(tokenPolicy(options, 'verifyToken()'))
  if (verifiers.size >= maxVerifiers) verifiers.delete(verifiers.keys().next().value!)
  verifiers.set(text, made)
  return made
}

/**
 * Verifies a JWT outside of a request, as {@link jwt} does in one: for queues, scripts and sockets.
 *
 * Keys and verified tokens are cached for all calls with equal options, so the options may be written in the call.
 *
 * @returns the caller, with all claims
 * @throws {HttpError} `PLINTH_INVALID_TOKEN`, 401: the token is invalid; `cause` has the reason, without the token
 * @throws {HttpError} `PLINTH_KEYS_UNREACHABLE`, 503: the keys cannot be fetched, and none are cached
 * @throws {PlinthError} `PLINTH_AUTH_INVALID`: an option is missing or invalid
 * @see https://pyjwt.readthedocs.io/en/stable/usage.html
 * @example
 * ```ts
 * import { secret, settings, verifyToken } from 'plinth'
 * import * as z from 'zod'
 *
 * const env = settings({ JWT_SECRET: secret(z.string()) })
 * export const senderOf = async (job: { token: string }) => {
 *   const { id } = await verifyToken(job.token, { secret: env.JWT_SECRET })
 *   return id
 * }
 * ```
 */
export async function verifyToken(token: string, options: VerifyTokenOptions): Promise<AuthUser> {
  const verifier = verifierFor(options)
  try {
    return verifier.known(token) ?? (await verifier.verify(token))
  } catch (error) {
    throw error instanceof InvalidToken ? invalidToken(error) : error
  }
}
