import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { goodClaims } from '../../../test/support/attacks/tokens.ts'
import { startBetterAuth } from '../../../test/support/auth/better-auth-server.ts'
import { keys, startKeyServer } from '../../../test/support/auth/key-server.ts'
import { compact, hmac, testKey, type TestKey } from '../../../test/support/auth/tokens.ts'
import { createToken } from './create-token.ts'
import { InvalidToken } from '../invalid-token.ts'
import { jwtVerifier, type JwtVerifier } from './jwt-verifier.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const other = 'nB5yTf0RkWq3JvXe9DmZs7LgHc1PaUi8'
const api = 'http://localhost:8000'
const now = (): number => Math.floor(Date.now() / 1000)

const refusal = async (verifier: JwtVerifier, token: string): Promise<string> => {
  const refused = await verifier.verify(token).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(InvalidToken)
  return (refused as InvalidToken).message
}
const hs256 = (claims: object, key = secret): string => compact({ alg: 'HS256' }, claims, hmac(key))
const plain = (claims: object = {}): object => ({ sub: 'ann', exp: now() + 900, ...claims })

describe('the tokens of a real Better Auth server', async () => {
  const server = await startBetterAuth({ secret })
  const forApi = await startBetterAuth({ secret, audience: api })
  afterAll(async () => {
    await server.stop()
    await forApi.stop()
  })
  const { url } = server
  const ann = await server.signUp('ann')
  const bob = await forApi.signUp('bob')
  const modes: readonly (readonly [string, JwtVerifier])[] = [
    ['the secret', jwtVerifier({ secret })],
    ['the key set', jwtVerifier({ url })],
    ['both', jwtVerifier({ secret, url })],
  ]

  test('its key-set token says who calls', async () => {
    const user = await jwtVerifier({ url }).verify(ann.token)
    expect(user).toMatchObject({ id: ann.id, email: ann.email, name: 'ann', sessionId: null })
    expect(user.claims).toMatchObject({ iss: url, aud: url, emailVerified: false })
    expect(Object.isFrozen(user) && Object.isFrozen(user.claims)).toBe(true)
  })

  test('its key-set token is refused where only the secret is given', async () => {
    expect(await refusal(jwtVerifier({ secret }), ann.token)).toContain('"EdDSA"')
  })

  test('an HS256 token under its secret is taken where the secret is given, and nowhere else', async () => {
    const token = hs256(plain())
    expect(await jwtVerifier({ secret, url }).verify(token)).toMatchObject({ id: 'ann' })
    expect(await refusal(jwtVerifier({ url }), token)).toContain('"HS256"')
  })

  test.each(modes)('its other tokens are refused with %s', async (_, verifier) => {
    for (const token of [ann.sessionToken, ann.signedSessionToken, ann.cookieCache, ann.emailToken])
      expect(await refusal(verifier, token)).not.toContain(token)
  })

  test('a token for another audience is refused, and the reason names it', async () => {
    const { token } = bob
    expect(await refusal(jwtVerifier({ url: forApi.url }), token)).toBe(
      `its aud is "${api}", which is not the one expected`,
    )
    const verifier = jwtVerifier({ url: forApi.url, audience: api })
    expect(await verifier.verify(token)).toMatchObject({ id: bob.id })
    expect(await refusal(jwtVerifier({ url, audience: api }), token)).toContain(
      'no key has its kid',
    )
  })

  test('a token of createToken is no way to verify an e-mail address at Better Auth', async () => {
    const token = await createToken(secret, { sub: ann.id, email: ann.email, name: 'ann' })
    expect(await jwtVerifier({ secret }).verify(token)).toMatchObject({ email: ann.email })
    const answer = await fetch(`${url}/api/auth/verify-email?token=${token}`)
    expect(answer.ok).toBe(false)
    const session = await fetch(`${url}/api/auth/get-session?disableCookieCache=true`, {
      headers: { authorization: `Bearer ${ann.signedSessionToken}` },
    })
    expect(await session.json()).toMatchObject({ user: { emailVerified: false } })
  })
})

describe('what is required', () => {
  test('issuer and audience of HS256 tokens are checked where they are given', async () => {
    const verifier = jwtVerifier({ secret, issuer: ['a', 'b'], audience: api })
    expect(await verifier.verify(hs256(plain({ iss: 'b', aud: ['x', api] })))).toMatchObject({
      id: 'ann',
    })
    expect(await refusal(verifier, hs256(plain({ iss: 'c', aud: api })))).toContain(
      'its iss is "c"',
    )
    expect(await refusal(verifier, hs256(plain({ aud: api })))).toContain('its iss is nothing')
    expect(await refusal(verifier, hs256(plain({ iss: 'a', aud: 'x' })))).toContain(
      'its aud is "x"',
    )
    expect(await refusal(verifier, hs256(plain({ iss: 'a' })))).toContain('its aud is nothing')
  })

  test('with a url an HS256 token may lack the issuer, and have no other', async () => {
    const verifier = jwtVerifier({ secret, url: 'http://localhost:3000/base/' })
    expect(await verifier.verify(hs256(plain()))).toMatchObject({ id: 'ann' })
    const right = hs256(plain({ iss: 'http://localhost:3000' }))
    expect(await verifier.verify(right)).toMatchObject({ id: 'ann' })
    expect(await refusal(verifier, hs256(plain({ iss: 'http://localhost:3001' })))).toContain('iss')
  })

  test.each([
    [0, -1, false],
    [60, -50, true],
    [60, -61, false],
    [5, 300, true],
  ])('with a leeway of %i s, an exp %i s from now is taken: %s', async (leeway, from, taken) => {
    const verifier = jwtVerifier({ secret, leeway })
    const token = hs256({ sub: 'ann', exp: now() + from })
    expect(await verifier.verify(token).then(Boolean, () => false)).toBe(taken)
  })

  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    'typ %s is taken',
    async (typ) => {
      const token = compact({ alg: 'HS256', typ }, plain(), hmac(secret))
      expect(await jwtVerifier({ secret }).verify(token)).toMatchObject({ id: 'ann' })
    },
  )
})

describe('rotation of the secret', () => {
  const verifier = jwtVerifier({ secrets: `2:${secret}, 1:${other}`, secret: 'not looked at' })

  test('every version is taken', async () => {
    for (const key of [secret, other])
      expect(await verifier.verify(hs256(plain(), key))).toMatchObject({ id: 'ann' })
  })

  test('no other is', async () => {
    expect(await refusal(verifier, hs256(plain(), `${secret}x`))).toBe('its signature is wrong')
    expect(await refusal(verifier, hs256(plain(), 'not looked at'))).toBe('its signature is wrong')
    expect(await refusal(verifier, hs256({ ...plain(), exp: 1 }, other))).toBe('it has expired')
  })
})

describe('a verified token', () => {
  afterEach(() => vi.restoreAllMocks())
  const pass = (milliseconds: number): void => {
    const monotonic = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + milliseconds)
  }
  const token = (key: TestKey, url: string): string =>
    compact({ alg: key.alg, kid: key.kid }, goodClaims({ issuer: url, audience: url }), key.sign)

  test('is known from then on, without a promise, until it expires', async () => {
    const verifier = jwtVerifier({ secret })
    const short = hs256({ sub: 'ann', exp: now() + 100 })
    expect(verifier.known(short)).toBeUndefined()
    const user = await verifier.verify(short)
    expect(verifier.known(short)).toBe(user)
    expect(verifier.known(`${short}A`)).toBeUndefined()
    const start = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(start + 106_000)
    expect(verifier.known(short)).toBeUndefined()
  })

  test('is forgotten when its key is removed', async () => {
    const [kept, gone] = [testKey('EdDSA', 'kept'), testKey('EdDSA', 'gone')]
    await using server = await startKeyServer(keys(kept.jwk, gone.jwk))
    const verifier = jwtVerifier({ url: server.url })
    const [keptToken, goneToken] = [token(kept, server.url), token(gone, server.url)]
    await verifier.verify(keptToken)
    await verifier.verify(goneToken)
    expect(verifier.known(goneToken)).toMatchObject({ id: 'ann' })
    server.behave(keys(kept.jwk))
    pass(11 * 60_000)
    expect(verifier.known(goneToken)).toBeUndefined()
    expect(await refusal(verifier, goneToken)).toContain('no key has its kid')
    expect(verifier.known(goneToken)).toBeUndefined()
    expect(await verifier.verify(keptToken)).toMatchObject({ id: 'ann' })
  })

  test('holds on while the key server is down', async () => {
    const key = testKey('ES256', 'es')
    const server = await startKeyServer(keys(key.jwk))
    const verifier = jwtVerifier({ url: server.url })
    const before = token(key, server.url)
    await verifier.verify(before)
    await server.down()
    pass(60 * 60_000)
    expect(await verifier.verify(before)).toMatchObject({ id: 'ann' })
    expect(verifier.known(before)).toMatchObject({ id: 'ann' })
  })

  test('costs 200 first requests at once one read of the keys', async () => {
    const key = testKey('EdDSA', 'ed')
    await using server = await startKeyServer(keys(key.jwk))
    const verifier = jwtVerifier({ url: server.url })
    const users = await Promise.all(
      Array.from({ length: 200 }, () => verifier.verify(token(key, server.url))),
    )
    expect(users.every(({ id }) => id === 'ann')).toBe(true)
    expect(server.hits).toBe(1)
  })

  test('of the secret needs no key server', async () => {
    const server = await startKeyServer(keys())
    await server.down()
    const verifier = jwtVerifier({ secret, url: server.url })
    expect(await verifier.verify(hs256(plain()))).toMatchObject({ id: 'ann' })
  })
})
