// Tokens as bytes on a socket: of every length, and with bytes that no header can hold.
import { connect } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'
import { serve } from '../../src/server/serve.ts'
import { database } from '../../src/database/database.ts'
import { doorsWith, page, secret, startRig } from '../support/attacks/rig.ts'
import { goodClaims } from '../support/attacks/tokens.ts'
import { signed } from '../support/auth/auth-tables.ts'
import { compact, hmac } from '../support/auth/tokens.ts'

const rig = await startRig(database('pglite:memory'))
const listening = { port: 0, hostname: '127.0.0.1', signals: false } as const
let entered = 0
let logged = ''
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line: string) => (logged += line) },
})
const ways = rig.modes.map(({ name, api }) => ({ name, api }))
const all = rig.modes.find(({ name }) => name === 'all at once')!
const served = new Map(
  await Promise.all(
    ways.map(async ({ name, api }) => [name, await serve(api, listening)] as const),
  ),
)
const bySecret = await serve(
  doorsWith({ secret }, () => void (entered += 1), log),
  listening,
)
afterAll(async () => {
  await Promise.all([...served.values(), bySecret].map((server) => server.close()))
  await rig[Symbol.asyncDispose]()
})

interface Reply {
  readonly status: number
  readonly text: string
}

/** Sends these header lines, and reads until the server closes the connection. */
function exchange(url: string, lines: readonly string[], method = 'GET'): Promise<Reply> {
  const { port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    let broken: Error | undefined
    const socket = connect(Number(port), '127.0.0.1')
    // A server may close the connection after its response, while the client is still sending.
    socket.on('error', (error) => (broken = error))
    socket.on('data', (part) => (text += part.toString('latin1')))
    socket.on('close', () =>
      text === ''
        ? reject(broken ?? new Error('no response'))
        : resolve({ status: Number(text.split(' ')[1]), text }),
    )
    const head = [`${method} /doors HTTP/1.1`, 'host: a', 'connection: close', ...lines]
    socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'))
  })
}
const bearer = (token: string): readonly string[] => [`authorization: Bearer ${token}`]

/** Creates a valid token of this length, or one character less. */
function tokenOf(length: number, key = secret): string {
  const { url } = rig.keyServer
  const claims = { ...goodClaims({ issuer: url, audience: url }) }
  const of = (filler: number): string =>
    compact({ alg: 'HS256' }, { ...claims, filler: 'x'.repeat(filler) }, hmac(key))
  const bare = of(0).length
  let filler = Math.floor(((length - bare) * 3) / 4)
  while (of(filler).length > length) filler -= 1
  return of(filler)
}

let tried = 0
let accepted = 0
const attack = async (url: string, lines: readonly string[], method?: string): Promise<Reply> => {
  const before = entered + rig.entered
  const reply = await exchange(url, lines, method)
  tried += 1
  if (reply.status < 300 || entered + rig.entered > before) accepted += 1
  return reply
}

const kb = 1024
const fits = [1, 4, 8, 12, 15]
const tooLong = [16, 17, 32, 64, 1024]

describe('J28: a token of', () => {
  test.each(fits)('%i KB is verified like any other', async (size) => {
    const token = tokenOf(size * kb)
    expect(token.length).toBeGreaterThan(size * kb - 2)
    expect((await exchange(bySecret.url, bearer(token))).status).toBe(200)
    for (const wrong of [`${token.slice(0, -2)}AA`, tokenOf(size * kb, `${secret}x`)]) {
      const { status, text } = await attack(bySecret.url, bearer(wrong))
      expect(status).toBe(401)
      expect(text.toLowerCase()).toContain('www-authenticate: bearer error="invalid_token"')
    }
  })

  test.each(tooLong)('%i KB is a 431, and the connection is closed', async (size) => {
    const token = tokenOf(size * kb)
    for (const [name, { url }] of [['by secret', bySecret] as const, ...served]) {
      const { status, text } = await attack(url, bearer(token))
      expect(status, name).toBe(431)
      expect(text.toLowerCase()).toContain('connection: close')
      expect(text).toContain('application/problem+json')
    }
  })

  test('17 KB in a cookie is a 431, 10 KB is not', async () => {
    for (const { url } of served.values()) {
      const cookie = (size: number): readonly string[] => [
        `cookie: better-auth.session_token=${'a'.repeat(size * kb)}`,
      ]
      expect((await attack(url, cookie(17))).status).toBe(431)
      expect((await attack(url, cookie(10))).status).toBe(401)
    }
  })
})

const token = tokenOf(500)
const bare = (name: string): readonly string[] => [`${name}: Bearer ${token}`]

describe('bytes that no header can hold, or repeated headers', () => {
  test.each<[string, readonly string[], number]>([
    [
      'a line break in the token',
      [`authorization: Bearer ${token.slice(0, 9)}\n${token.slice(9)}`],
      400,
    ],
    [
      'a line break and a space',
      [`authorization: Bearer ${token.slice(0, 9)}\r\n ${token.slice(9)}`],
      400,
    ],
    ['NUL in the token', bearer(`${token.slice(0, 9)}\0${token.slice(9)}`), 400],
    ['NUL after the token', bearer(`${token}\0`), 400],
    ['DEL in the token', bearer(`${token.slice(0, 9)}\x7f${token.slice(9)}`), 400],
    ['a space before the colon', [`authorization : Bearer ${token}`], 400],
    ['J6: the valid one twice', [...bearer(token), ...bearer(token)], 400],
    ['J6: a valid one and an invalid one', [...bearer(token), ...bearer('x.y.z')], 400],
    ['J6: an invalid one and a valid one', [...bearer('x.y.z'), ...bearer(token)], 400],
    ['J6: in two cases', [...bare('Authorization'), ...bare('AUTHORIZATION')], 400],
    ['J6: an empty one and a valid one', ['authorization:', ...bearer(token)], 400],
    ['a tab instead of a space', [`authorization: Bearer\t${token}`], 401],
    ['latin letters', bearer(`${token.slice(0, 9)}\xe9${token.slice(9)}`), 401],
    ['a trailer with the token', ['transfer-encoding: chunked', 'trailer: authorization'], 401],
  ])('%s', async (_, lines, status) => {
    for (const [name, { url }] of [['by secret', bySecret] as const, ...served])
      expect((await attack(url, lines, 'GET')).status, name).toBe(status)
  })

  test('spaces around the token are not part of it', async () => {
    for (const line of [`authorization:Bearer ${token}`, `authorization:   Bearer   ${token}   `])
      expect((await exchange(bySecret.url, [line])).status).toBe(200)
  })
})

test('CSRF: two Origin headers, or one in another case, do not bypass the check', async () => {
  const { url } = served.get('all at once')!
  const { token: session } = await rig.write.session(3_600_000)
  const value = encodeURIComponent(signed(session, secret))
  const cookie = `cookie: better-auth.session_token=${value}`
  const evil = 'https://evil.example'
  const tries: readonly (readonly [number, ...string[]])[] = [
    [400, `origin: ${page}`, `origin: ${evil}`],
    [400, `origin: ${evil}`, `origin: ${page}`],
    [403, `ORIGIN: ${evil}`],
    [403, 'origin:'],
    [403],
  ]
  for (const [status, ...origins] of tries)
    expect((await attack(url, [cookie, ...origins], 'POST')).status, origins.join()).toBe(status)
  const reply = await exchange(url, [cookie, `ORIGIN: ${page}`], 'POST')
  expect(reply.status, reply.text).toBe(200)
  expect(all.takesSessions).toBe(true)
})

test('no token is in the log', () => {
  console.info(`sockets: ${tried} requests tried, ${accepted} accepted`)
  expect(accepted).toBe(0)
  for (const text of [logged, rig.logged])
    for (const part of token.split('.').slice(1)) expect(text).not.toContain(part)
  expect(logged).toContain('"status":401')
})
