// Session cookies and session tokens that must be refused, and origins that a cookie must not
// allow.
import { createHash, createHmac } from 'node:crypto'
import type { Sent } from './rig.ts'
import { sessionToken, signed } from '../auth/auth-tables.ts'
import { compact, hmac } from '../auth/tokens.ts'

/** Valid sessions. */
export interface Sessions {
  readonly live: { readonly token: string; readonly id: string; readonly userId: string }
  readonly other: { readonly token: string }
  readonly expired: string
  readonly signedOut: string
  readonly banned: string
  readonly secret: string
}

/** An invalid credential. If `raw`, it is not encoded for a cookie. */
export interface WrongValue {
  readonly what: string
  readonly value: string
}

const plainName = 'better-auth.session_token'
/** The cookie of an https frontend, which http accepts too. */
export const cookieName = `__Secure-${plainName}`
const by = (token: string, key: string, hash = 'sha256', form: 'base64' | 'hex' = 'base64') =>
  `${token}.${createHmac(hash, key).update(token).digest(form)}`

/** The content of the cookie cache in each of its strategies. */
export function cacheValues({ live, secret }: Sessions): WrongValue[] {
  const seconds = Math.floor(Date.now() / 1000) + 300
  const session = { session: { token: live.token, userId: live.userId }, user: { id: live.userId } }
  const compactForm = { session, expiresAt: seconds * 1000 }
  const signature = createHmac('sha256', secret).update(JSON.stringify(compactForm))
  const cache = { ...compactForm, signature: signature.digest('base64url') }
  const claims = {
    ...session,
    updatedAt: Date.now(),
    version: '1',
    iat: seconds - 300,
    exp: seconds,
  }
  const jweHeader = {
    alg: 'dir',
    enc: 'A256CBC-HS512',
    kid: createHash('sha256').digest('base64url'),
  }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [
    { what: 'the cache, compact', value: part(cache) },
    { what: 'the cache, jwt', value: compact({ alg: 'HS256' }, claims, hmac(secret)) },
    { what: 'the cache, jwe', value: `${part(jweHeader)}..${'A'.repeat(22)}.${part(claims)}.AAAA` },
  ]
}

type Values = Readonly<Record<string, string>>

/** Live sessions with a wrong signature. */
function wrongSignatures({ live: { token }, other, secret }: Sessions): Values {
  const good = signed(token, secret)
  const signature = good.slice(token.length + 1)
  return {
    'signed with another secret': by(token, `${secret}x`),
    'signed with a part of the secret': by(token, secret.slice(0, -1)),
    'signed with an empty secret': by(token, ''),
    'signed with the hash of the secret': by(
      token,
      createHash('sha256').update(secret).digest('hex'),
    ),
    'signed by SHA-1': by(token, secret, 'sha1'),
    'signed by SHA-512': by(token, secret, 'sha512'),
    'a plain hash for a signature': `${token}.${createHash('sha256')
      .update(token + secret)
      .digest('base64')}`,
    'a signature in hex': by(token, secret, 'sha256', 'hex'),
    'a signature in base64url': by(token, secret)
      .replace('=', '')
      .replaceAll('+', '-')
      .replaceAll('/', '_'),
    'no signature after the dot': `${token}.`,
    'no token before the dot': `.${signature}`,
    'a signature of zeros': `${token}.${Buffer.alloc(32).toString('base64')}`,
    'a signature cut short': good.slice(0, -2),
    'a signature that is longer': `${good}A`,
    'a signature twice': `${good}.${signature}`,
    'padding twice': `${good}=`,
    "another session's signature": `${token}.${signed(other.token, secret).slice(-44)}`,
    "another session's token": `${other.token}.${signature}`,
    'a blank in front of the dot': `${token} .${signature}`,
    'in quotes': `"${good}"`,
  }
}

/** Correctly signed values without a live session. */
function noSessions(sessions: Sessions): Values {
  const { live, secret } = sessions
  const { token } = live
  return {
    'in capitals': signed(token.toUpperCase().replaceAll('0', 'O'), secret),
    'a session that never was': signed(sessionToken(), secret),
    'a session that has expired': signed(sessions.expired, secret),
    'a session that was signed out': signed(sessions.signedOut, secret),
    'a session of a banned user': signed(sessions.banned, secret),
    "the session's id": signed(live.id, secret),
    "the user's id": signed(live.userId, secret),
    'a prefix of the token': signed(token.slice(0, -1), secret),
    'the token and more': signed(`${token}0`, secret),
    'wildcards of LIKE': signed('_'.repeat(32), secret),
    'more wildcards': signed('%'.repeat(32), secret),
    'another signed cookie': signed('true', secret),
  }
}

/** Values that are not a session token. */
function noTokens({ live, secret }: Sessions): Values {
  const { token } = live
  const signature = signed(token, secret).slice(token.length + 1)
  const jwt = compact({ alg: 'HS256' }, { user: { id: live.userId } }, hmac(secret))
  return {
    'SQL, signed': signed(`' or 1=1 --`, secret),
    'SQL behind the token, signed': signed(`${token}' or ''='`, secret),
    'SQL of two statements': `x'; delete from session; --`,
    'a union': `' union select 'ann','ann','ann' --`,
    'a dollar quote': '$$ or true --$$',
    'NUL behind the token, signed': signed(`${token}\0`, secret),
    'NUL alone': '\0',
    'a line end behind the token': `${token}\r\nx: y`,
    '10 KB': 'a'.repeat(10_240),
    '10 KB, signed': signed('a'.repeat(10_240), secret),
    'a JWT of the secret with a padded signature': `${jwt.slice(0, jwt.lastIndexOf('.'))}.${signature}`,
    'a JWT of the secret': jwt,
    'a dotted token, signed': signed(`${token}.${token}`, secret),
    'three tokens with dots': `${token}.${token}.${token}`,
    'half a surrogate': `${token.slice(1)}\ud800`,
    'full-width letters': signed(
      [...token].map((each) => String.fromCodePoint(each.codePointAt(0)! + 0xfee0)).join(''),
      secret,
    ),
    'percent signs that encode nothing': `${token}%ZZ`,
    JSON: JSON.stringify({ token }),
    __proto__: '__proto__',
    constructor: 'constructor',
  }
}

/** Values that are invalid as a cookie and as a bearer token. */
export const wrongValues = (sessions: Sessions): WrongValue[] => [
  ...[wrongSignatures, noSessions, noTokens].flatMap((make) =>
    Object.entries(make(sessions)).map(([what, value]) => ({ what, value })),
  ),
  ...cacheValues(sessions),
]

const encoded = (value: string): string =>
  encodeURIComponent(value.isWellFormed() ? value : value.toWellFormed())

/** Formats a value for the session cookie. */
export const asCookie = (value: string, name = cookieName): Sent => ({
  headers: { cookie: `theme=dark; ${name}=${encoded(value)}; lang=en` },
})

/** Formats a value as a bearer token, encoded if a header cannot hold it. */
export const asBearer = (value: string): Sent => ({
  headers: { authorization: `Bearer ${/^[\x21-\x7e]+$/.test(value) ? value : encoded(value)}` },
})

/**
 * Requests with a valid cookie in the wrong place or under another name, which must not sign in.
 */
export function misplaced({ live, secret }: Sessions): readonly (readonly [string, Sent])[] {
  const value = encodeURIComponent(signed(live.token, secret))
  const names = [
    `__Host-${plainName}`,
    `__secure-${plainName}`,
    `__Secure-__Secure-${plainName}`,
    'Better-Auth.session_token',
    'better-auth.session_token2',
    'better-auth-session_token',
    'better-auth.session_data',
    'better-auth.session_token.0',
    'session_token',
    'authjs.session-token',
    'other.session_token',
  ]
  return [
    ...names.map((name) => [`as ${name}`, { headers: { cookie: `${name}=${value}` } }] as const),
    ['in the query', { query: `?${cookieName}=${value}` }],
    ['as token in the query', { query: `?token=${live.token}` }],
    ['in another header', { headers: { 'set-cookie': `${cookieName}=${value}` } }],
    ['in Cookie2', { headers: { cookie2: `${cookieName}=${value}` } }],
    ['in X-Session-Token', { headers: { 'x-session-token': live.token } }],
    ['inside another cookie', { headers: { cookie: `a="; ${cookieName}:${value}"` } }],
    ['as a cookie without a name', { headers: { cookie: value } }],
    [
      'in a body',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [cookieName]: value }),
      },
    ],
  ]
}

/** Origins that may not write, if this one may. */
export const foreignOrigins = (page: string): readonly string[] => {
  const { hostname, host, protocol } = new URL(page)
  return [
    'none',
    'null',
    '',
    'https://evil.example',
    `${page}/`,
    `${page}:443`,
    `${page}:8443`,
    `${page}.evil.example`,
    `${page}@evil.example`,
    `https://evil.example/${page}`,
    `https://evil.example#${page}`,
    `https://evil${hostname}`,
    `https://sub.${hostname}`,
    `https://${hostname.split('.').slice(1).join('.')}`,
    `https://${hostname}.`,
    page.toUpperCase(),
    `http://${host}`,
    `${protocol}//${hostname.replace('.', '-')}`,
    `${protocol}//${hostname.replace('a', 'а')}`.normalize().replace(/[^\x20-\x7e]/g, 'xn--'),
    host,
    `//${host}`,
    `${page} https://evil.example`,
    `${page}, https://evil.example`,
    `https://evil.example, ${page}`,
    'file://',
    '*',
  ]
}

/** Methods that may change something. */
export const unsafeMethods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const
