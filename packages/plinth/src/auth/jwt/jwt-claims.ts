import { quoted, InvalidToken } from '../invalid-token.ts'

const longestSubject = 255
const hundredYears = 100 * 365.25 * 86_400
/** How far a token's clock may be ahead of ours in `iat`, in seconds. */
const clockSkew = 60

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f]/

/** Claims that only tokens for something else have, with what they are. */
const foreignClaims: Readonly<Record<string, string>> = {
  requestType: "one of Better Auth's e-mail links",
  updateTo: "one of Better Auth's e-mail links",
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
      `its exp is ${quoted(exp)}, and must be a whole number of seconds: Math.floor(Date.now() / 1000) + 900`,
    )
  if (exp > now + hundredYears)
    throw new InvalidToken('its exp is more than 100 years ahead: is it in milliseconds?')
  if (nbf !== undefined && !(typeof nbf === 'number' && Number.isFinite(nbf)))
    throw new InvalidToken('its nbf is no number of seconds')
  if (iat !== undefined && !(typeof iat === 'number' && Number.isFinite(iat)))
    throw new InvalidToken('its iat is no number of seconds')
  if (iat !== undefined && iat > now + clockSkew)
    throw new InvalidToken('its iat is in the future: compare the clocks of both machines')
}

const isAudience = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((member) => typeof member === 'string'))

/**
 * Checks what every token must say, whoever signed it. Times are compared by jose, after this.
 *
 * @param now - seconds since 1970
 * @throws {InvalidToken} a claim is missing, of a wrong kind, or one of another kind of token
 */
export function checkClaims(claims: Readonly<Record<string, unknown>>, now: number): void {
  const { sub, iss, aud } = claims
  for (const [name, kind] of Object.entries(foreignClaims))
    if (Object.hasOwn(claims, name))
      throw new InvalidToken(`its claim ${name} says that it is ${kind}`)
  if (typeof sub !== 'string' || sub.trim() === '')
    throw new InvalidToken(
      'it has no sub: put the user id there (an e-mail link or a cookie has none)',
    )
  if (sub.length > longestSubject || controlCharacter.test(sub) || !sub.isWellFormed())
    throw new InvalidToken('its sub is no user id')
  checkTimes(claims, now)
  if (iss !== undefined && typeof iss !== 'string') throw new InvalidToken('its iss is no text')
  if (aud !== undefined && !isAudience(aud))
    throw new InvalidToken('its aud is no text or list of texts')
}
