// Requests with a misplaced token, or with a malformed Authorization header.
import type { Sent } from './rig.ts'

/** A request that must be refused. */
export interface RequestAttack {
  readonly id: string
  readonly what: string
  readonly sent: Sent
  readonly status: number
  readonly challenge: string
}

const nobody = { status: 401, challenge: 'Bearer' }
const refused = { status: 401, challenge: 'Bearer error="invalid_token"' }
const several = { status: 400, challenge: 'Bearer error="invalid_request"' }

type Row = readonly [id: string, what: string, sent: Sent, expected: typeof nobody]

const header = (authorization: string): Sent => ({ headers: { authorization } })
const headers = (...values: readonly string[]): Sent => ({
  headers: values.map((value) => ['authorization', value] as const),
})

/** Attacks J1 to J9 with an otherwise valid token, with and without sessions. */
export function requestAttacks(token: string, takesSessions: boolean): RequestAttack[] {
  const basic = Buffer.from(`ann:${token}`).toString('base64')
  const cookie = (name: string): Sent => ({ headers: { cookie: `${name}=${token}` } })
  const rows: readonly Row[] = [
    ['J1', 'no header', {}, nobody],
    ['J2', 'an empty header', header(''), nobody],
    ['J2', 'blanks', header('   '), nobody],
    ['J3', 'the scheme alone', header('Bearer'), nobody],
    ['J3', 'the scheme alone, small', header('bearer'), nobody],
    ['J4', 'a blank for a token', header('Bearer '), nobody],
    ['J4', 'blanks for a token', header('Bearer      '), nobody],
    ['J5', 'Basic', header(`Basic ${basic}`), nobody],
    ['J5', 'Token', header(`Token ${token}`), nobody],
    ['J5', 'DPoP', header(`DPoP ${token}`), nobody],
    ['J5', 'Digest', header(`Digest ${token}`), nobody],
    ['J5', 'no scheme', header(token), nobody],
    ['J5', 'the scheme run into the token', header(`Bearer${token}`), nobody],
    ['J5', 'a colon after the scheme', header(`Bearer: ${token}`), nobody],
    ['J5', 'a tab after the scheme', header(`Bearer\t${token}`), nobody],
    ['J5', 'a quoted token', header(`Bearer "${token}"`), refused],
    ['J5', 'a named token', header(`Bearer token=${token}`), refused],
    ['J6', 'a good and a bad one', headers(`Bearer ${token}`, 'Bearer x.y.z'), several],
    ['J6', 'a bad and a good one', headers('Bearer x.y.z', `Bearer ${token}`), several],
    ['J6', 'a good one twice', headers(`Bearer ${token}`, `Bearer ${token}`), several],
    ['J6', 'a good one, then Basic', headers(`Bearer ${token}`, `Basic ${basic}`), several],
    ['J6', 'an empty one, then a good one', headers('', `Bearer ${token}`), nobody],
    ['J7', 'access_token in the query', { query: `?access_token=${token}` }, nobody],
    ['J7', 'token in the query', { query: `?token=${token}` }, nobody],
    [
      'J7',
      'a good one in the query beside a bad one',
      { query: `?access_token=${token}`, ...header('Bearer x.y.z') },
      refused,
    ],
    [
      'J8',
      'access_token in a form',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `access_token=${token}`,
      },
      nobody,
    ],
    [
      'J8',
      'access_token in JSON',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ access_token: token }),
      },
      nobody,
    ],
    ...['token', 'access_token', 'authorization', 'jwt', 'better-auth.session_data'].map(
      (name): Row => ['J9', `a cookie ${name}`, cookie(name), nobody],
    ),
    [
      'J9',
      'a JWT in the session cookie',
      cookie('__Secure-better-auth.session_token'),
      takesSessions ? refused : nobody,
    ],
    [
      'J9',
      'X-Forwarded-Authorization',
      { headers: { 'x-forwarded-authorization': token } },
      nobody,
    ],
    [
      'J9',
      'Proxy-Authorization',
      { headers: { 'proxy-authorization': `Bearer ${token}` } },
      nobody,
    ],
  ]
  return rows.map(([id, what, sent, expected]) => ({ id, what, sent, ...expected }))
}
