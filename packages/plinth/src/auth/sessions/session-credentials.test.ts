import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layouts, makeAuthTables, signed } from '../../../test/support/auth/auth-tables.ts'
import { database } from '../../database/database.ts'
import type { BetterAuthOptions } from '../better-auth.ts'
import { createToken } from '../jwt/create-token.ts'
import {
  appWith,
  ask,
  bearer,
  cookie,
  cookieName,
  hour,
  lines,
  old,
  outcome,
  refused,
  secret,
  url,
  writer,
} from '../../../test/support/auth/session-app.ts'

const layout = layouts[0]!
const db = database('pglite:memory')
const write = writer(db, layout)
beforeAll(() => makeAuthTables(db, layout))
afterAll(() => db.close())

describe('invalid credentials', () => {
  const api = appWith({ url, secrets: `2:${secret},1:${old}`, sessions: db })
  let token = ''
  beforeAll(async () => {
    token = (await write.session(hour)).token
  })

  test('a cookie signed with any of the secrets is accepted', async () => {
    for (const each of [secret, old])
      expect(await outcome(await ask(api, cookie(signed(token, each))))).toBe('200')
  })

  test('a cookie with an invalid signature is rejected, and the log does not contain the token', async () => {
    lines.length = 0
    const value = signed(token, secret)
    const jwtOfSecret = `${token}.${Buffer.from('{}').toString('base64url')}`
    const values = [
      token,
      `${token}.`,
      `.${value}`,
      signed(token, `${secret}x`),
      value.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''),
      `${value}=`,
      value.replace(/=$/, ''),
      `${token.slice(1)}${value.slice(32)}`,
      signed(`${token}.x`, secret),
      signed(jwtOfSecret, secret),
      signed('', secret),
      signed(`${token}'--`, secret),
      '%',
      '',
    ].filter((each) => each !== value)
    for (const each of values)
      expect(await outcome(await ask(api, cookie(each))), each).toBe(refused)
    for (const each of [`${cookieName}=${value.replace('=', '%3D')}%ZZ`, `${cookieName}=%E0%A4%A`])
      expect(await outcome(await ask(api, { cookie: each })), each).toBe(refused)
    const rejections = lines.filter((line) => line.endsWith('Token rejected'))
    expect(rejections.length).toBe(values.length + 2)
    for (const line of lines) expect(line).not.toContain(token.slice(1))
  })

  test('a signed cookie with any one character changed is rejected', async () => {
    const value = signed(token, secret)
    for (let at = 0; at < value.length; at += 1) {
      const other = value[at] === 'A' ? 'B' : 'A'
      const changed = `${value.slice(0, at)}${other}${value.slice(at + 1)}`
      expect(await outcome(await ask(api, cookie(changed))), `${at}`).toBe(refused)
    }
  })

  test('a bearer token with another shape or an invalid signature is rejected', async () => {
    for (const each of [
      token.slice(1),
      `${token}0`,
      signed(token, `${secret}x`),
      `${token}.${token}`,
      `${token}%ZZ`,
      `${token}%00`,
      "' or 1=1 --",
      'x',
      '.',
      'e30.e30.e30',
      `${token}.${token}.${token}`,
    ])
      expect(await outcome(await ask(api, bearer(each))), each).toBe(refused)
  })

  test('of two cookies, the one with the __Secure- name is used, even if it is invalid', async () => {
    const value = encodeURIComponent(signed(token, secret))
    const both = (secure: string, plain: string): Record<string, string> => ({
      cookie: `${cookieName}=${plain}; __Secure-${cookieName}=${secure}`,
    })
    expect(await outcome(await ask(api, both(value, 'stale')))).toBe('200')
    expect(await outcome(await ask(api, both('stale', value)))).toBe(refused)
    const twice = { cookie: `${cookieName}=stale; ${cookieName}=${value}` }
    expect(await outcome(await ask(api, twice)), 'an old cookie before the new one').toBe('200')
  })

  test('with an https frontend, the cookie name without __Secure- is ignored', async () => {
    const sessions = { db, origins: [url] }
    const https = 'https://app.example.com'
    const value = signed(token, secret)
    for (const there of [
      appWith({ url: https, secret, sessions }),
      appWith({ secret, sessions: { db, origins: [https] } }),
    ]) {
      expect(await outcome(await ask(there, cookie(value)))).toBe('401 PLINTH_UNAUTHORIZED')
      expect(await outcome(await ask(there, cookie(value, `__Secure-${cookieName}`)))).toBe('200')
      expect(await outcome(await ask(there, bearer(token)))).toBe('200')
    }
  })

  test('a cookie is ignored if a bearer token is sent', async () => {
    const good = cookie(signed(token, secret))
    expect(await outcome(await ask(api, { ...good, ...bearer('wrong') }))).toBe(refused)
    expect(await outcome(await ask(api, { ...good, authorization: 'Bearer' }))).toBe(
      '401 PLINTH_UNAUTHORIZED',
    )
    const post = await ask(api, { ...cookie('wrong'), ...bearer(token) }, 'POST')
    expect(await outcome(post), 'and no Origin is required').toBe('200')
  })

  test('a response does not contain the reason, and the cookie cache is not accepted', async () => {
    for (const headers of [cookie('x'), bearer('x'), cookie('x', 'better-auth.session_data')]) {
      const response = await ask(api, headers)
      expect(response.status).toBe(401)
      expect(await response.text()).not.toMatch(/sign(?!ed in| in)|secret|table/i)
    }
  })
})

describe('CSRF protection', () => {
  const sessions = { db, origins: ['https://app.example.com/'] }
  const api = appWith({ url: `${url}/base/`, secret, sessions })
  let headers: Record<string, string> = {}
  beforeAll(async () => {
    headers = cookie(signed((await write.session(hour)).token, secret))
  })

  test.each([url, 'https://app.example.com'])(
    '%s may send unsafe requests with the cookie',
    async (origin) => {
      expect(await outcome(await ask(api, { ...headers, origin }, 'POST'))).toBe('200')
    },
  )

  test.each([
    undefined,
    'null',
    '',
    'http://localhost:8000',
    'https://localhost:3000',
    'http://localhost:3000/',
    'http://localhost:3000.evil.example',
    'http://localhost:30000',
    'HTTP://LOCALHOST:3000',
    'https://evil.example',
    'https://app.example.com, https://evil.example',
  ])('the Origin %j may send only safe requests', async (origin) => {
    const sent = { ...headers, ...(origin !== undefined && { origin }) }
    const response = await ask(api, sent, 'POST')
    expect(await outcome(response)).toBe('403 PLINTH_ORIGIN_REFUSED')
    expect(await outcome(await ask(api, sent))).toBe('200')
  })

  test('the origin is checked before the session, and only if a cookie is sent', async () => {
    const junk = { ...cookie('junk'), origin: 'https://evil.example' }
    expect(await outcome(await ask(api, junk, 'POST'))).toBe('403 PLINTH_ORIGIN_REFUSED')
    expect(await outcome(await ask(api, { origin: 'https://evil.example' }, 'POST'))).toBe(
      '401 PLINTH_UNAUTHORIZED',
    )
  })
})

describe("revocation: 'sid'", () => {
  const api = appWith({ secret, sessions: { db, cookie: false, bearer: false }, revocation: 'sid' })

  test('a token is revoked when its session ends', async () => {
    const { id } = await write.session(hour)
    const over = await write.session(-1000)
    const token = await createToken(secret, { sub: 'ann', sessionId: id })
    expect(await outcome(await ask(api, bearer(token)))).toBe('200')
    expect(await outcome(await ask(api, bearer(token)))).toBe('200')
    await write.end(id)
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    const ofOver = await createToken(secret, { sub: 'ann', sessionId: over.id })
    expect(await outcome(await ask(api, bearer(ofOver)))).toBe(refused)
  })

  test('a token is revoked when its user is banned', async () => {
    const { id } = await write.session(hour, { banned: true })
    const token = await createToken(secret, { sub: 'ann', sessionId: id })
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
  })

  test('a session without an expiry is rejected, by any credential', async () => {
    const layout = { ...layouts[0]!, id: 'uuid' as const }
    await makeAuthTables(db, layout, 'endless')
    const of = writer(db, layout, 'endless')
    const { id, token } = await of.session(hour)
    await db.execute(
      `alter table ${of.at('session')} alter column ${of.of('expiresAt')} drop not null`,
    )
    await db.execute(`update ${of.at('session')} set ${of.of('expiresAt')} = null`)
    const both = appWith({ secret, sessions: { db, schema: 'endless' }, revocation: 'sid', url })
    const byId = await createToken(secret, { sub: 'ann', sessionId: id })
    for (const headers of [bearer(token), cookie(signed(token, secret)), bearer(byId)])
      expect(await outcome(await ask(both, headers))).toBe(refused)
  })

  test.each([undefined, '', 'unknown', 'a\u0000b', 'x'.repeat(300), "' or 1=1 --"])(
    'a token with the sid %j is rejected',
    async (sessionId) => {
      const token = await createToken(secret, {
        sub: 'ann',
        ...(sessionId !== undefined && { sessionId }),
      })
      expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    },
  )

  test('session tokens and cookies are rejected if they are off', async () => {
    const { token } = await write.session(hour)
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    expect(await outcome(await ask(api, cookie(signed(token, secret))))).toBe(
      '401 PLINTH_UNAUTHORIZED',
    )
  })

  test.each(['uuid', 'bigint'] as const)(
    'with %s ids, an invalid id is rejected without a database error',
    async (id) => {
      const typed = { ...layouts[1]!, id }
      await makeAuthTables(db, typed, id)
      const made = await writer(db, typed, id).session(hour)
      const byId = appWith({ secret, sessions: { db, schema: id }, revocation: 'sid', url })
      for (const [sessionId, expected] of [
        [made.id, '200'],
        ['not-an-id', refused],
        ['99999999999999999999', refused],
      ] as const) {
        const token = await createToken(secret, { sub: 'ann', sessionId })
        expect(await outcome(await ask(byId, bearer(token)))).toBe(expected)
      }
    },
  )
})

test('with several options at once, each credential is accepted by its own option only', async () => {
  const { token } = await write.session(hour)
  const hs256 = await createToken(secret, { sub: 'ann' })
  const outcomes = async (options: BetterAuthOptions<true>): Promise<string[]> => {
    const api = appWith(options)
    const sent = [
      bearer(hs256),
      bearer(token),
      bearer(signed(token, secret)),
      cookie(signed(token, secret)),
    ]
    return Promise.all(sent.map(async (headers) => outcome(await ask(api, headers))))
  }
  const unauthorized = '401 PLINTH_UNAUTHORIZED'
  const sessions = db
  expect(await outcomes({ url, secret, sessions })).toEqual(['200', '200', '200', '200'])
  expect(await outcomes({ url, secret, sessions, hs256: false })).toEqual([
    refused,
    '200',
    '200',
    '200',
  ])
  expect(await outcomes({ secret })).toEqual(['200', refused, refused, unauthorized])
  expect(await outcomes({ sessions: { db: sessions, cookie: false } })).toEqual([
    refused,
    '200',
    refused,
    unauthorized,
  ])
  expect(
    await outcomes({ url, secret, sessions: { db: sessions, requireSignature: true } }),
  ).toEqual(['200', refused, '200', '200'])
  expect(await outcomes({ url, secret, sessions: { db: sessions, bearer: false } })).toEqual([
    '200',
    refused,
    refused,
    '200',
  ])
  expect(await outcomes({ url, secret, sessions: { db: sessions, cookiePrefix: 'shop' } })).toEqual(
    ['200', '200', '200', unauthorized],
  )
})
