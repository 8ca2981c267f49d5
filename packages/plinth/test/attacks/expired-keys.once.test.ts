// Tokens that were once valid: their key or secret was removed, their session expired, or the clock
// is off.
import { afterEach, beforeAll, afterAll, describe, expect, test, vi } from 'vitest'
import { createLogger } from '../../src/logging/logger.ts'
import { createToken } from '../../src/auth/jwt/create-token.ts'
import type { BetterAuthOptions } from '../../src/auth/better-auth.ts'
import { database } from '../../src/database/database.ts'
import { doorsWith, page, secret, sendTo } from '../support/attacks/rig.ts'
import { asBearer, asCookie } from '../support/attacks/sessions.ts'
import { goodClaims } from '../support/attacks/tokens.ts'
import { layouts, makeAuthTables, signed } from '../support/auth/auth-tables.ts'
import { keys, startKeyServer } from '../support/auth/key-server.ts'
import { writer } from '../support/auth/session-app.ts'
import { compact, testKey } from '../support/auth/tokens.ts'

const hour = 3_600_000
const newSecret = 'nB5yTf0RkWq3JvXe9DmZs7LgHc1PaUi8'
const first = testKey('EdDSA', 'first')
const second = testKey('EdDSA', 'second')
const db = database('pglite:memory')
const write = writer(db, layouts[0]!)
const server = await startKeyServer(keys(first.jwk))
const { url } = server
beforeAll(() => makeAuthTables(db, layouts[0]!))
afterAll(async () => {
  await server.down()
  await db.close()
})
afterEach(() => vi.useRealTimers())

let entered = 0
let tried = 0
let accepted = 0
const log = createLogger({ level: 'silent' })
const backend = (options: BetterAuthOptions<true>) => ({
  api: doorsWith(options, () => void (entered += 1), log),
})
type Backend = ReturnType<typeof backend>
const taken = async (mode: Backend, token: string): Promise<number> =>
  (await sendTo(mode, asBearer(token))).status
/** Tries credentials that must be refused. */
async function attack(mode: Backend, sent: ReturnType<typeof asBearer>): Promise<number> {
  const before = entered
  const { status } = await sendTo(mode, sent)
  tried += 1
  if (status < 300 || entered > before) accepted += 1
  return status
}
const tokenBy = ({ kid, sign }: typeof first): string =>
  compact({ alg: 'EdDSA', kid }, goodClaims({ issuer: url, audience: url }), sign)

/** Moves the monotonic clock, which measures the age of a key set. */
function wait(milliseconds: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['performance'], now: Date.now() })
  vi.advanceTimersByTime(milliseconds)
}

const store = ({ kid, jwk }: typeof first): Promise<unknown> =>
  db.execute(`insert into jwks ("id", "publicKey", "privateKey", "alg")
    values ('${kid}', '${JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x })}', '', 'EdDSA')`)

describe('J31: after its key was removed, a token is refused', () => {
  const sources: readonly (readonly [
    string,
    BetterAuthOptions<true>,
    () => unknown,
    () => unknown,
  ])[] = [
    [
      'from the key server',
      { url },
      () => server.behave(keys(first.jwk, second.jwk)),
      () => server.behave(keys(second.jwk)),
    ],
    [
      'from the table',
      { url, keys: db },
      async () => {
        await db.execute('delete from jwks')
        await Promise.all([store(first), store(second)])
      },
      () => db.execute(`delete from jwks where "id" = 'first'`),
    ],
    [
      'from the table, by its expiry',
      { url, keys: { db, gracePeriod: 0 } },
      async () => {
        await db.execute('delete from jwks')
        await Promise.all([store(first), store(second)])
      },
      () => db.execute(`update jwks set "expiresAt" = now() where "id" = 'first'`),
    ],
  ]

  test.each(sources)(
    '%s: after ten minutes, even if it was cached',
    async (_, options, before, after) => {
      wait(0)
      await before()
      const mode = backend(options)
      const known = tokenBy(first)
      expect(await taken(mode, known)).toBe(200)
      await after()
      wait(600_000)
      expect(await attack(mode, asBearer(known))).toBe(401)
      expect(await attack(mode, asBearer(tokenBy(first)))).toBe(401)
      expect(await taken(mode, tokenBy(second))).toBe(200)
    },
  )

  test.each(sources)(
    '%s: at once if another new key was looked up',
    async (_, options, before, after) => {
      wait(0)
      await before()
      const mode = backend(options)
      const known = tokenBy(first)
      expect(await taken(mode, known)).toBe(200)
      await after()
      const unknown = tokenBy({ ...second, kid: 'third' })
      expect(await attack(mode, asBearer(unknown))).toBe(401)
      expect(await attack(mode, asBearer(known))).toBe(401)
    },
  )

  test('a new key with the same kid does not verify it', async () => {
    wait(0)
    server.behave(keys(first.jwk))
    const mode = backend({ url })
    const known = tokenBy(first)
    expect(await taken(mode, known)).toBe(200)
    server.behave(keys({ ...second.jwk, kid: 'first' }))
    wait(600_000)
    expect(await attack(mode, asBearer(known))).toBe(401)
    expect(await taken(mode, tokenBy({ ...second, kid: 'first' }))).toBe(200)
  })
})

describe('J31: after BETTER_AUTH_SECRET was changed', () => {
  test('a token signed with the old secret is refused, unless both secrets are configured', async () => {
    const old = await createToken(secret, { sub: 'ann', expiresIn: 900 })
    expect(await taken(backend({ secret }), old)).toBe(200)
    expect(await attack(backend({ secret: newSecret }), asBearer(old))).toBe(401)
    expect(await attack(backend({ secrets: `2:${newSecret}` }), asBearer(old))).toBe(401)
    expect(await attack(backend({ secret, secrets: `2:${newSecret}` }), asBearer(old))).toBe(401)
    expect(await taken(backend({ secrets: `2:${newSecret},1:${secret}` }), old)).toBe(200)
  })

  test('a cookie and a session token signed with the old secret are refused, unless both are configured', async () => {
    const { token } = await write.session(hour)
    const value = signed(token, secret)
    const sessions = { db, origins: [page] }
    const after = backend({ secret: newSecret, hs256: false, sessions })
    expect(await attack(after, asCookie(value))).toBe(401)
    expect(await attack(after, asBearer(value))).toBe(401)
    const both = backend({ secrets: `2:${newSecret},1:${secret}`, hs256: false, sessions })
    expect((await sendTo(both, asCookie(value))).status).toBe(200)
  })
})

describe('J31: with a clock that is off by an hour', () => {
  const setClock = (offset: number): void => {
    vi.useRealTimers()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offset })
  }
  const tokens: Readonly<
    Record<string, () => [BetterAuthOptions<true>, string | Promise<string>]>
  > = {
    HS256: () => [{ secret }, createToken(secret, { sub: 'ann', expiresIn: 900 })],
    JWKS: () => [{ url }, tokenBy(first)],
    'keys of the table': () => [{ url, keys: db }, tokenBy(first)],
  }

  beforeAll(async () => {
    server.behave(keys(first.jwk))
    await db.execute('delete from jwks')
    await store(first)
  })

  test.each(Object.entries(tokens))(
    'tokens of %s that are not yet valid or expired by it are refused',
    async (_, make) => {
      const [options, made] = make()
      const token = await made
      for (const offset of [hour, -hour]) {
        setClock(offset)
        expect(await attack(backend(options), asBearer(token)), `${offset}`).toBe(401)
        vi.useRealTimers()
      }
      expect(await taken(backend(options), token)).toBe(200)
    },
  )

  test.each(Object.entries(tokens))('a cached token of %s expires by it', async (_, make) => {
    const [options, made] = make()
    const token = await made
    const mode = backend(options)
    expect(await taken(mode, token)).toBe(200)
    setClock(hour)
    expect(await attack(mode, asBearer(token))).toBe(401)
  })

  test('a token created with it does not live longer', async () => {
    setClock(hour)
    const early = await createToken(secret, { sub: 'ann', expiresIn: 900 })
    setClock(0)
    expect(await attack(backend({ secret }), asBearer(early)), 'its iat is in the future').toBe(401)
    setClock(-hour)
    const late = await createToken(secret, { sub: 'ann', expiresIn: 900 })
    setClock(0)
    expect(await attack(backend({ secret }), asBearer(late)), 'it has expired').toBe(401)
  })
})

test('no invalid credential was accepted', () => {
  console.info(`times: ${tried} tokens tried, ${accepted} accepted`)
  expect(accepted).toBe(0)
  expect(tried).toBeGreaterThan(20)
})
