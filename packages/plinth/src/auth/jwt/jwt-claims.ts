import { forLog, InvalidToken } from '../invalid-token.ts'

const maxSubject = 255
const hundredYears = 100 * 365.25 * 86_400
/** Seconds that `iat` may be in the future. */
const clockSkew = 60

// oxlint-disable-next-line no-control-regex -- matches control characters on purpose
const controlCharacter = /[\u0000-\u001f\u007f]/

/** Claims that only tokens for other purposes have, with their purpose. */
const foreignClaims: Readonly<Record<string, string>> = {
  requestType: "one of Better Auth's email links",
  updateTo: "one of Better Auth's email links",
  nonce: 'an ID token',
  at_hash: 'an ID token',
  c_hash: 'an ID token',
  events: 'a logout or security event token',
  cnf: 'bound to a key of its sender',
}

const wholeNumber = (value: unknown): value is number => Number.isSafeInteger(value)

function checkTimes(claims: Readonly<Record<string, unknown>>, now: number): void {
  const { exp, nbf, iat } = claims
  if (!wholeNumber(exp) || exp < 0)
    throw new InvalidToken(
      `exp is ${forLog(exp)}, but must be a whole number of seconds: Math.floor(Date.now() / 1000) + 900`,
    )
  if (exp > now + hundredYears)
    throw new InvalidToken('exp is more than 100 years in the future: is it in milliseconds?')
  if (nbf !== undefined && !(typeof nbf === 'number' && Number.isFinite(nbf)))
    throw new InvalidToken('nbf is not a number of seconds')
  if (iat !== undefined && !(typeof iat === 'number' && Number.isFinite(iat)))
    throw new InvalidToken('iat is not a number of seconds')
  if (iat !== undefined && iat > now + clockSkew)
    throw new InvalidToken('iat is in the future: compare the clocks of both machines')
}

const isAudience = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((member) => typeof member === 'string'))

/**
 * Checks the claims that every token must have. jose checks the times afterwards.
 *
 * @param now - seconds since 1970
 * @throws {InvalidToken} a claim is missing, has the wrong type, or belongs to another kind of token
 */
export function checkClaims(claims: Readonly<Record<string, unknown>>, now: number): void {
  const { sub, iss, aud } = claims
  for (const [name, kind] of Object.entries(foreignClaims))
    if (Object.hasOwn(claims, name))
      throw new InvalidToken(`the claim ${name} means that this token is ${kind}`)
  if (typeof sub !== 'string' || sub.trim() === '')
    throw new InvalidToken(
      'no sub claim: it must be the user id (email links and cookies have none)',
    )
  if (sub.length > maxSubject || controlCharacter.test(sub) || !sub.isWellFormed())
    throw new InvalidToken('sub is not a valid user id')
  checkTimes(claims, now)
  if (iss !== undefined && typeof iss !== 'string') throw new InvalidToken('iss is not a string')
  if (aud !== undefined && !isAudience(aud))
    throw new InvalidToken('aud is not a string or a list of strings')
}
