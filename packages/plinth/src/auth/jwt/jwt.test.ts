import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keys, startKeyServer } from '../../../test/support/auth/key-server.ts'
import { compact, hmac, testKey } from '../../../test/support/auth/tokens.ts'
import { app } from '../../app/app.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import type { AuthUser } from '../auth-user.ts'
import { requireScope } from '../guards/require-scope.ts'
import { apiKey } from '../schemes/api-key.ts'
import { bearer } from '../schemes/bearer.ts'
import { createToken, type TokenContent } from './create-token.ts'
import { jwt } from './jwt.ts'
import type { VerifyTokenOptions } from './token-policy.ts'
import { verifyToken } from './verify-token.ts'

const log = createLogger({ level: 'silent' })
const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const issuer = 'https://issuer.example.com/'
const audience = 'https://api.example.com'
const named = { issuer, audience }
const content = { sub: 'ann', ...named }

const ed = testKey('EdDSA', 'ed')
const ec = testKey('ES256', 'ec')
const rsa = testKey('RS256', 'rsa')
const pemOf = ({ privateKey }: typeof ed): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicPemOf = ({ publicKey }: typeof ed): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
const privateJwkOf = ({ privateKey, kid }: typeof ed) => ({
  ...privateKey.export({ format: 'jwk' }),
  kid,
})

/** Calls a route that sends the caller. */
function asker(user: Dependency<AuthUser | null>) {
  const read = router('', { dependencies: { user } }).get('/', {}, (context) => context.user)
  const api = app({ title: 'Tokens', routes: { main: { read } }, log })
  const ask = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const response = await api.fetch(new Request('http://localhost/', { headers }))
    const text = await response.text()
    const body = (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null
    return { status: response.status, challenge: response.headers.get('www-authenticate'), body }
  }
  return { api, ask }
}

const isRefused = (options: VerifyTokenOptions, token: string) =>
  expect(verifyToken(token, options), token).rejects.toMatchObject({
    status: 401,
    code: 'PLINTH_INVALID_TOKEN',
  })
const reasonOf = async (options: VerifyTokenOptions, token: string): Promise<string> =>
  verifyToken(token, options).then(
    () => 'accepted',
    (error: Error) => (error.cause as Error).message,
  )

describe('a private key signs, and its public key verifies', () => {
  test.each([
    ['EdDSA', ed],
    ['ES256', ec],
    ['RS256', rsa],
  ] as const)('%s, as PEM, JWK and KeyObject, with its kid in the header', async (alg, key) => {
    for (const signing of [
      { key: pemOf(key), kid: key.kid },
      { key: key.privateKey, kid: key.kid },
      { key: privateJwkOf(key) },
      { key: { ...privateJwkOf(key), alg }, algorithm: alg },
    ]) {
      const token = await createToken(signing, { ...content, claims: { scope: 'a' } })
      const header = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as object
      expect(header).toEqual({ alg, typ: 'JWT', kid: key.kid })
      for (const published of [publicPemOf(key), key.jwk, { keys: [ed.jwk, ec.jwk, rsa.jwk] }])
        expect(await verifyToken(token, { keys: published, ...named })).toMatchObject({
          id: 'ann',
          claims: { scope: 'a' },
        })
    }
  })

  test('a KeyObject that is not a private key is refused', async () => {
    await expect(createToken({ key: ed.publicKey }, content)).rejects.toThrow('is a public key')
    const shared = createSecretKey(Buffer.from(secret))
    await expect(createToken({ key: shared }, content)).rejects.toThrow('is a shared secret')
  })

  test('a public key as the secret of an HS256 token verifies nothing', async () => {
    const pem = publicPemOf(rsa)
    const now = Math.floor(Date.now() / 1000)
    const claims = { sub: 'ann', exp: now + 60, iss: issuer, aud: audience }
    for (const key of [pem, pem.trim()])
      await isRefused({ keys: pem, ...named }, compact({ alg: 'HS256' }, claims, hmac(key)))
    await isRefused(
      { keys: pem, ...named },
      compact({ alg: 'none' }, claims, () => Buffer.of(1)),
    )
    expect(() => jwt({ secret: pem })).toThrow('is a key in PEM, and not a shared secret')
    await expect(createToken(pem, content)).rejects.toThrow('is a key in PEM')
  })

  test('the algorithm is the usual one of each key, unless algorithms names another', async () => {
    const signing = { key: pemOf(rsa), algorithm: 'PS256' }
    const token = await createToken(signing, content)
    expect(await reasonOf({ keys: publicPemOf(rsa), ...named }, token)).toContain('"PS256"')
    const options = { keys: publicPemOf(rsa), ...named, algorithms: ['PS256'] }
    expect(await verifyToken(token, options)).toMatchObject({ id: 'ann' })
    expect(() => jwt({ keys: ec.jwk, ...named, algorithms: ['RS256'] })).toThrow(
      'algorithms has RS256, and the keys are for ES256',
    )
  })
})

describe('the claims of a token', () => {
  const options = { keys: [ed.jwk, rsa.jwk], ...named }
  const signed = (changes: Partial<TokenContent>) =>
    createToken({ key: pemOf(ed), kid: 'ed' }, { ...content, ...changes })

  test('issuer and audience must be among the accepted ones', async () => {
    expect(await reasonOf(options, await signed({}))).toBe('accepted')
    expect(await reasonOf(options, await signed({ issuer: 'https://issuer.example.com' }))).toBe(
      'unexpected iss "https://issuer.example.com"',
    )
    expect(await reasonOf(options, await signed({ audience: ['https://other.example'] }))).toBe(
      'unexpected aud ["https://other.example"]',
    )
    const several = { ...options, audience: ['https://a.example', audience], issuer: ['x', issuer] }
    expect(await reasonOf(several, await signed({ audience: ['b', audience] }))).toBe('accepted')
  })

  test('with audience: false, a token has no audience', async () => {
    const none = { ...options, audience: false } as const
    const unaddressed = { sub: 'ann', issuer }
    const token = await createToken({ key: pemOf(ed), kid: 'ed' }, unaddressed)
    expect(await reasonOf(none, token)).toBe('accepted')
    expect(await reasonOf(none, await signed({}))).toContain('unexpected aud')
    expect(await reasonOf(options, token)).toContain('aud')
  })

  test('a token signed with a secret and for another service is refused, whether or not this one has a name', async () => {
    const token = await createToken(secret, { sub: 'ann', audience: 'https://other.example' })
    for (const rules of [{ secret }, { secret, audience }])
      expect(await reasonOf(rules, token)).toContain('unexpected aud')
    expect(await reasonOf({ secret }, await createToken(secret, { sub: 'ann' }))).toBe('accepted')
  })

  test('required claims must be there', async () => {
    const rules = { ...options, requiredClaims: ['tenant'] }
    expect(await reasonOf(rules, await signed({}))).toContain('"tenant"')
    expect(await reasonOf(rules, await signed({ claims: { tenant: 't1' } }))).toBe('accepted')
  })

  test('notBefore and the lifetime count, with the leeway', async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000)
    expect(await reasonOf(options, await signed({ notBefore: at(600) }))).toContain('"nbf"')
    expect(await reasonOf(options, await signed({ notBefore: at(-600) }))).toBe('accepted')
    const early = await signed({ notBefore: at(30) })
    expect(await reasonOf({ ...options, leeway: 60 }, early)).toBe('accepted')
    expect(await reasonOf(options, await signed({ expiresIn: -60 }))).toBe('the token has expired')
    for (const notBefore of [at(1000), new Date(Number.NaN)])
      await expect(signed({ notBefore })).rejects.toThrow('notBefore must be a valid date')
  })

  test('an ID token is refused', async () => {
    expect(await reasonOf(options, await signed({ claims: { nonce: 'n' } }))).toContain('ID token')
  })
})

describe('jwt', () => {
  test('accepts the keys of a URL, fetches them once, and knows a new key', async () => {
    await using server = await startKeyServer(keys(rsa.jwk))
    const { ask } = asker(jwt({ url: `${server.url}/keys`, ...named }))
    const token = await createToken({ key: pemOf(rsa), kid: 'rsa' }, content)
    for (let count = 0; count < 3; count++)
      expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200, body: { id: 'ann' } })
    expect(server.hits).toBe(1)
    server.behave(keys(rsa.jwk, ed.jwk))
    const rotated = await createToken({ key: pemOf(ed), kid: 'ed' }, content)
    expect(await ask(`Bearer ${rotated}`)).toMatchObject({ status: 200 })
    expect(server.hits).toBe(2)
  })

  test('without keys the response is 503, and not 401', async () => {
    const server = await startKeyServer(keys())
    await server.down()
    const { ask } = asker(jwt({ url: server.url, ...named }))
    const token = await createToken({ key: pemOf(rsa), kid: 'rsa' }, content)
    expect(await ask(`Bearer ${token}`)).toMatchObject({
      status: 503,
      body: { code: 'PLINTH_KEYS_UNREACHABLE' },
    })
    await expect(verifyToken(token, { url: server.url, ...named })).rejects.toMatchObject({
      status: 503,
    })
  })

  test('responds to a missing and an invalid token with the challenges of its scheme', async () => {
    const token = await createToken(secret, { sub: 'ann' })
    for (const scheme of ['Bearer', 'Token'] as const) {
      const { ask } = asker(jwt({ secret, scheme }))
      const other = scheme === 'Bearer' ? 'Token' : 'Bearer'
      expect(await ask(`${scheme} ${token}`)).toMatchObject({ body: { id: 'ann' } })
      expect(await ask(`${scheme.toUpperCase()} ${token}`)).toMatchObject({ status: 200 })
      expect(await ask(`${other} ${token}`)).toMatchObject({ status: 401, challenge: scheme })
      expect(await ask(`${scheme} ${token}x`)).toMatchObject({
        status: 401,
        challenge: `${scheme} error="invalid_token"`,
        body: { code: 'PLINTH_INVALID_TOKEN' },
      })
      const scoped = asker(requireScope(jwt({ secret, scheme }), 'tasks:write'))
      expect(await scoped.ask(`${scheme} ${token}`)).toMatchObject({
        status: 403,
        challenge: `${scheme} error="insufficient_scope", scope="tasks:write"`,
      })
    }
  })

  test('responds with the challenge of the dependency that reads the token', async () => {
    const { ask } = asker(jwt({ secret, from: apiKey('authorization') }))
    expect(await ask('x')).toMatchObject({
      status: 401,
      challenge: 'ApiKey in="header", name="authorization", error="invalid_token"',
    })
  })

  test('gives null without a token if none is required, and refuses an invalid one', async () => {
    const { ask } = asker(jwt({ secret, required: false }))
    expect(await ask()).toMatchObject({ status: 200, body: null })
    expect(await ask('Bearer x')).toMatchObject({ status: 401 })
  })

  test('reads the token by another dependency with from', async () => {
    const from = bearer({ required: false, schemeName: 'JWT' })
    const { ask, api } = asker(jwt({ secret, from }))
    expect(await ask()).toMatchObject({ body: null })
    const token = await createToken(secret, { sub: 'ann' })
    expect(await ask(`Bearer ${token}`)).toMatchObject({ body: { id: 'ann' } })
    expect(Object.keys(api.openapi().components.securitySchemes ?? {})).toEqual(['JWT'])
    expect(() => jwt({ secret, from, required: false } as never)).toThrow('required has no effect')
  })

  test('is documented by its scheme, with the scopes that guards require', () => {
    const { api } = asker(requireScope(jwt({ secret, scheme: 'Token' }), 'tasks:write'))
    const document = api.openapi()
    expect(document.components.securitySchemes).toEqual({
      token: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'Write `Token`, a space, and the token.',
      },
    })
    expect(document.paths['/']?.['get']?.security).toEqual([{ token: ['tasks:write'] }])
  })

  test('accepts any of several secrets', async () => {
    const old = 'pE8sHb1NfUj6GdAoV9c2mQxYw7Lr4ZtK'
    const { ask } = asker(jwt({ secret: [secret, old] }))
    for (const one of [secret, old])
      expect(await ask(`Bearer ${await createToken(one, { sub: 'ann' })}`)).toMatchObject({
        status: 200,
      })
  })
})

test.each([
  ['no source of keys', {}, 'exactly one of url'],
  ['two sources of keys', { secret, url: issuer }, 'exactly one of url'],
  ['no issuer', { url: issuer, audience }, 'issuer is missing'],
  ['no audience', { keys: ed.jwk, issuer }, 'audience is missing'],
  ['an empty audience', { keys: ed.jwk, issuer, audience: [] }, 'audience is empty'],
  ['algorithms with a secret', { secret, algorithms: ['HS512'] }, 'algorithms has no effect'],
  ['an algorithm with a secret', { keys: ed.jwk, ...named, algorithms: ['HS256'] }, 'HS256'],
  ['a weak secret', { secret: 'changethis' }, 'secret'],
  ['a URL of another kind', { url: 'file:///keys', ...named }, 'url is not the HTTP URL'],
  ['no keys', { keys: [], ...named }, 'the list is empty'],
  ['a private JWK', { keys: privateJwkOf(ed), ...named }, 'contains the private key'],
  ['a private PEM', { keys: pemOf(rsa), ...named }, 'is a private key'],
  ['text without a key', { keys: 'x', ...named }, 'not a public key in PEM'],
  ['a shared secret as JWK', { keys: { kty: 'oct' }, ...named }, 'use the option secret'],
  ['keys without ids', { keys: [publicPemOf(ed), publicPemOf(ec)], ...named }, 'needs its own kid'],
  ['an encryption key', { keys: { ...rsa.jwk, use: 'enc' }, ...named }, 'cannot verify'],
  ['a leeway of an hour', { secret, leeway: 3600 }, 'leeway'],
  ['a misspelled option', { secret, issuers: 'x' }, 'unknown option "issuers"'],
] as const)('%s fails the start', (_, options, message) => {
  expect(() => jwt(options as never)).toThrow(message)
})

test('a key that cannot sign is refused, without a part of it in the message', async () => {
  const weak = testKey('RS256 of 1024 bits', 'weak')
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  for (const key of [
    { key: publicPemOf(ed) },
    { key: ed.jwk },
    { key: 'secret text' },
    { key: pemOf(weak) },
    { key: x25519.toString() },
    { key: pemOf(ec), algorithm: 'RS256' },
    { key: { kty: 'oct', k: 'AAAA' } },
    { key: pemOf(ec), keyId: 'x' },
  ]) {
    const error = await createToken(key as never, content).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ name: 'PlinthError' })
    expect((error as Error).message).not.toContain('secret text')
  }
})
