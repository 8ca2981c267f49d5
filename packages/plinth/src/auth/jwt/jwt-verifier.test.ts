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
  const error = await verifier.verify(token).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(InvalidToken)
  return (error as InvalidToken).message
}
const hs256 = (claims: object, key = secret): string => compact({ alg: 'HS256' }, claims, hmac(key))
const plain = (claims: object = {}): object => ({ sub: 'ann', exp: now() + 900, ...claims })

describe('tokens of a real Better Auth server', async () => {
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

  test('a token signed with a published key authenticates the user', async () => {
    const user = await jwtVerifier({ url }).verify(ann.token)
    expect(user).toMatchObject({ id: ann.id, email: ann.email, name: 'ann', sessionId: null })
    expect(user.claims).toMatchObject({ iss: url, aud: url, emailVerified: false })
    expect(Object.isFrozen(user) && Object.isFrozen(user.claims)).toBe(true)
  })

  test('a token signed with a published key is rejected if only the secret is set', async () => {
    expect(await refusal(jwtVerifier({ secret }), ann.token)).toContain('"EdDSA"')
  })

  test('an HS256 token is accepted only if the secret is set', async () => {
    const token = hs256(plain())
    expect(await jwtVerifier({ secret, url }).verify(token)).toMatchObject({ id: 'ann' })
    expect(await refusal(jwtVerifier({ url }), token)).toContain('"HS256"')
  })

  test.each(modes)('session, cookie and email tokens are rejected with %s', async (_, verifier) => {
    for (const token of [ann.sessionToken, ann.signedSessionToken, ann.cookieCache, ann.emailToken])
      expect(await refusal(verifier, token)).not.toContain(token)
  })

  test('a token for another audience is rejected, with the audience in the reason', async () => {
    const { token } = bob
    expect(await refusal(jwtVerifier({ url: forApi.url }), token)).toBe(`unexpected aud "${api}"`)
    const verifier = jwtVerifier({ url: forApi.url, audience: api })
    expect(await verifier.verify(token)).toMatchObject({ id: bob.id })
    expect(await refusal(jwtVerifier({ url, audience: api }), token)).toContain('no key with kid')
  })

  test('Better Auth does not accept a token of createToken to verify an email address', async () => {
    const token = await createToken(secret, { sub: ann.id, email: ann.email, name: 'ann' })
    expect(await jwtVerifier({ secret }).verify(token)).toMatchObject({ email: ann.email })
    const response = await fetch(`${url}/api/auth/verify-email?token=${token}`)
    expect(response.ok).toBe(false)
    const session = await fetch(`${url}/api/auth/get-session?disableCookieCache=true`, {
      headers: { authorization: `Bearer ${ann.signedSessionToken}` },
    })
    expect(await session.json()).toMatchObject({ user: { emailVerified: false } })
  })
})

describe('required claims', () => {
  test('issuer and audience of HS256 tokens are checked if the options are set', async () => {
    const verifier = jwtVerifier({ secret, issuer: ['a', 'b'], audience: api })
    expect(await verifier.verify(hs256(plain({ iss: 'b', aud: ['x', api] })))).toMatchObject({
      id: 'ann',
    })
    expect(await refusal(verifier, hs256(plain({ iss: 'c', aud: api })))).toContain(
      'unexpected iss "c"',
    )
    expect(await refusal(verifier, hs256(plain({ aud: api })))).toContain(
      'unexpected iss undefined',
    )
    expect(await refusal(verifier, hs256(plain({ iss: 'a', aud: 'x' })))).toContain(
      'unexpected aud "x"',
    )
    expect(await refusal(verifier, hs256(plain({ iss: 'a' })))).toContain(
      'unexpected aud undefined',
    )
  })

  test('with url set, the issuer of an HS256 token may be missing but not different', async () => {
    const verifier = jwtVerifier({ secret, url: 'http://localhost:3000/base/' })
    expect(await verifier.verify(hs256(plain()))).toMatchObject({ id: 'ann' })
    const right = hs256(plain({ iss: 'http://localhost:3000' }))
    expect(await verifier.verify(right)).toMatchObject({ id: 'ann' })
    expect(await refusal(verifier, hs256(plain({ iss: 'http://localhost:3001' })))).toContain('iss')
  })

  test('with url set, an HS256 token of another audience is refused, and one without is not', async () => {
    const url = 'http://localhost:3000'
    const verifier = jwtVerifier({ secret, url })
    for (const aud of [undefined, url, ['https://billing.example.com', url]])
      expect(await verifier.verify(hs256(plain({ aud })))).toMatchObject({ id: 'ann' })
    for (const aud of ['https://billing.example.com', ['https://billing.example.com'], `${url}/`])
      expect(await refusal(verifier, hs256(plain({ aud })))).toContain('unexpected aud')
    const mine = jwtVerifier({ secret, url, audience: 'https://billing.example.com' })
    const token = hs256(plain({ aud: 'https://billing.example.com' }))
    expect(await mine.verify(token)).toMatchObject({ id: 'ann' })
    expect(await jwtVerifier({ secret }).verify(token)).toMatchObject({ id: 'ann' })
  })

  test.each([
    [0, -1, false],
    [60, -50, true],
    [60, -61, false],
    [5, 300, true],
  ])('with a leeway of %i s, an exp %i s from now is accepted: %s', async (leeway, from, taken) => {
    const verifier = jwtVerifier({ secret, leeway })
    const token = hs256({ sub: 'ann', exp: now() + from })
    expect(await verifier.verify(token).then(Boolean, () => false)).toBe(taken)
  })

  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    'typ %s is accepted',
    async (typ) => {
      const token = compact({ alg: 'HS256', typ }, plain(), hmac(secret))
      expect(await jwtVerifier({ secret }).verify(token)).toMatchObject({ id: 'ann' })
    },
  )
})

describe('secret rotation', () => {
  const verifier = jwtVerifier({ secrets: `2:${secret}, 1:${other}`, secret: 'not looked at' })

  test('every version of the secret is accepted', async () => {
    for (const key of [secret, other])
      expect(await verifier.verify(hs256(plain(), key))).toMatchObject({ id: 'ann' })
  })

  test('no other secret is accepted', async () => {
    expect(await refusal(verifier, hs256(plain(), `${secret}x`))).toBe('invalid signature')
    expect(await refusal(verifier, hs256(plain(), 'not looked at'))).toBe('invalid signature')
    expect(await refusal(verifier, hs256({ ...plain(), exp: 1 }, other))).toBe(
      'the token has expired',
    )
  })
})

describe('the cache of verified tokens', () => {
  afterEach(() => vi.restoreAllMocks())
  const pass = (milliseconds: number): void => {
    const monotonic = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => monotonic() + milliseconds)
  }
  const token = (key: TestKey, url: string): string =>
    compact({ alg: key.alg, kid: key.kid }, goodClaims({ issuer: url, audience: url }), key.sign)

  test('a verified token is known synchronously until it expires', async () => {
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

  test('a token is removed when its key is removed', async () => {
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
    expect(await refusal(verifier, goneToken)).toContain('no key with kid')
    expect(verifier.known(goneToken)).toBeUndefined()
    expect(await verifier.verify(keptToken)).toMatchObject({ id: 'ann' })
  })

  test('a token stays valid while the key server is down', async () => {
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

  test('200 concurrent first requests read the keys once', async () => {
    const key = testKey('EdDSA', 'ed')
    await using server = await startKeyServer(keys(key.jwk))
    const verifier = jwtVerifier({ url: server.url })
    const users = await Promise.all(
      Array.from({ length: 200 }, () => verifier.verify(token(key, server.url))),
    )
    expect(users.every(({ id }) => id === 'ann')).toBe(true)
    expect(server.hits).toBe(1)
  })

  test('an HS256 token needs no key server', async () => {
    const server = await startKeyServer(keys())
    await server.down()
    const verifier = jwtVerifier({ secret, url: server.url })
    expect(await verifier.verify(hs256(plain()))).toMatchObject({ id: 'ann' })
  })
})
