// Crafted signatures, weak keys, key sets of every kind, and guessable secrets.
import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { database } from '../../src/database/database.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { secretWeakness } from '../../src/settings/weak-secret.ts'
import {
  cubeForgery,
  ecForgeries,
  edForgeries,
  rocaKey,
  rsaForgeries,
  smallOrderKeys,
  smallOrderSignature,
} from '../support/attacks/keys.ts'
import { doorsWith, secret, sendTo, watchRequests } from '../support/attacks/rig.ts'
import { goodClaims } from '../support/attacks/tokens.ts'
import { layouts, makeAuthTables } from '../support/auth/auth-tables.ts'
import { keys, startKeyServer } from '../support/auth/key-server.ts'
import { compact, hmac, signWith, testKey, type Sign } from '../support/auth/tokens.ts'

const watch = watchRequests()
const log = createLogger({ level: 'silent' })
const good = testKey('EdDSA', 'good')
const ec = testKey('ES256', 'ec')
const rsa = testKey('RS256', 'rsa')
const keyServer = await startKeyServer(keys(good.jwk))
afterAll(async () => {
  watch[Symbol.dispose]()
  await keyServer.down()
})

let entered = 0
let tried = 0
let accepted = 0
const { url } = keyServer
const claims = (): object => goodClaims({ issuer: url, audience: url })
const enter = (): void => void (entered += 1)

/** Starts a backend that reads these keys from a key server. */
function withKeys(...published: readonly object[]) {
  keyServer.behave(keys(...published))
  return { api: doorsWith({ url }, enter, log) }
}

async function statusOf(mode: ReturnType<typeof withKeys>, token: string): Promise<number> {
  const before = entered
  const { status } = await sendTo(mode, { headers: { authorization: `Bearer ${token}` } })
  expect(entered).toBe(status === 200 ? before + 1 : before)
  return status
}

/** Tries tokens that must be refused. */
async function attack(mode: ReturnType<typeof withKeys>, token: string): Promise<number> {
  const status = await statusOf(mode, token)
  tried += 1
  if (status < 300) accepted += 1
  return status
}

const by = (alg: string, kid: string | undefined, signer: Sign): string =>
  compact({ alg, kid }, claims(), signer)
const jwkOf = (key: KeyObject): JsonWebKey => {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = key.export({ format: 'jwk' })
  return rest
}

describe('J25: a crafted signature', () => {
  test.each([
    ['EdDSA', good, edForgeries(good.sign, good.privateKey)],
    ['ES256', ec, ecForgeries(ec.sign, ec.privateKey)],
    ['RS256', rsa, rsaForgeries(rsa.privateKey)],
  ] as const)('for %s is refused', async (alg, key, forgeries) => {
    const mode = withKeys(good.jwk, ec.jwk, rsa.jwk)
    expect(await statusOf(mode, by(alg, key.kid, key.sign))).toBe(200)
    for (const [what, forge] of forgeries)
      expect(await attack(mode, by(alg, key.kid, forge)), what).toBe(401)
  })

  test('for a key with the exponent 3, made without the private key, is refused', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicExponent: 3,
    })
    const mode = withKeys({ ...jwkOf(publicKey), kid: 'cube', alg: 'RS256' })
    expect(await statusOf(mode, by('RS256', 'cube', signWith['RS256']!(privateKey)))).toBe(200)
    expect(await attack(mode, by('RS256', 'cube', cubeForgery))).toBe(401)
  })
})

const curveOf = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const ecSigned =
  (key: KeyObject, hash: string): Sign =>
  (input) =>
    sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })

describe('J25: a weak published key', () => {
  const small = testKey('RS256 of 1024 bits', 'bad')
  const roca = rocaKey()
  const p384 = curveOf('P-384')
  const k256 = curveOf('secp256k1')
  const n = rsa.jwk.n!
  const offCurve = { ...ec.jwk, kid: 'bad', y: ec.jwk.x! }
  test.each<[string, object, string, Sign]>([
    ['RSA of 1024 bits', small.jwk, 'RS256', small.sign],
    ['RSA with the exponent 1', { kty: 'RSA', n, e: 'AQ', alg: 'RS256' }, 'RS256', rsa.sign],
    ['RSA of Infineon', { ...jwkOf(roca), alg: 'RS256' }, 'RS256', signWith['RS256']!(roca)],
    ['RSA of Infineon, PSS', jwkOf(roca), 'PS256', signWith['PS256']!(roca)],
    [
      'P-384 for ES256',
      { ...jwkOf(p384.publicKey), alg: 'ES256' },
      'ES256',
      ecSigned(p384.privateKey, 'sha256'),
    ],
    ['P-384 without alg', jwkOf(p384.publicKey), 'ES256', ecSigned(p384.privateKey, 'sha256')],
    [
      'P-384 with its own alg, which is disabled',
      jwkOf(p384.publicKey),
      'ES384',
      ecSigned(p384.privateKey, 'sha384'),
    ],
    [
      'secp256k1',
      { ...jwkOf(k256.publicKey), alg: 'ES256' },
      'ES256',
      ecSigned(k256.privateKey, 'sha256'),
    ],
    [
      'secp256k1 declared as P-256',
      { ...jwkOf(k256.publicKey), crv: 'P-256' },
      'ES256',
      ecSigned(k256.privateKey, 'sha256'),
    ],
    ['a point that is not on the curve', offCurve, 'ES256', ec.sign],
    ['a point at zero', { ...ec.jwk, x: 'AA', y: 'AA' }, 'ES256', ec.sign],
    ['X25519', { ...good.jwk, crv: 'X25519' }, 'EdDSA', good.sign],
    ['Ed25519 of 31 bytes', { ...good.jwk, x: good.jwk.x!.slice(0, -2) }, 'EdDSA', good.sign],
    ...smallOrderKeys.map((key, at): [string, object, string, Sign] => [
      `Ed25519 of small order, ${at + 1}`,
      { ...key, alg: 'EdDSA' },
      'EdDSA',
      smallOrderSignature,
    ]),
  ])(
    '%s verifies nothing, and the good key next to it still works',
    async (_, bad, alg, signer) => {
      const mode = withKeys({ ...bad, kid: 'bad' }, good.jwk)
      for (let round = 0; round < 16; round += 1) {
        const token = compact({ alg, kid: 'bad' }, { ...claims(), round }, signer)
        expect(await attack(mode, token)).toBe(401)
      }
      expect(await statusOf(mode, by('EdDSA', 'good', good.sign))).toBe(200)
    },
  )
})

const oct = (kid: string): object => ({
  kty: 'oct',
  k: Buffer.from(secret).toString('base64url'),
  kid,
  alg: 'HS256',
})
const privateJwk = (): object => ({
  ...good.privateKey.export({ format: 'jwk' }),
  kid: 'k',
  alg: 'EdDSA',
})

describe('J29: a key set', () => {
  test.each<[string, readonly object[], string]>([
    ['a symmetric key, for HS256', [oct('k')], by('HS256', 'k', hmac(secret))],
    ['a symmetric key, for EdDSA', [{ ...oct('k'), alg: 'EdDSA' }], by('EdDSA', 'k', hmac(secret))],
    [
      'a symmetric key without alg',
      [{ ...oct('k'), alg: undefined }],
      by('HS256', 'k', hmac(secret)),
    ],
    ['a key with its private part', [privateJwk()], by('EdDSA', 'k', good.sign)],
    ['a key for encryption', [{ ...good.jwk, kid: 'k', use: 'enc' }], by('EdDSA', 'k', good.sign)],
    [
      'a key for signing alone',
      [{ ...good.jwk, kid: 'k', key_ops: ['sign'] }],
      by('EdDSA', 'k', good.sign),
    ],
    [
      'a key with no allowed operation',
      [{ ...good.jwk, kid: 'k', key_ops: [] }],
      by('EdDSA', 'k', good.sign),
    ],
    [
      'a key for another alg',
      [{ ...good.jwk, kid: 'k', alg: 'ES256' }],
      by('EdDSA', 'k', good.sign),
    ],
    [
      'a key for HS256',
      [{ ...good.jwk, kid: 'k', alg: 'HS256' }],
      by('HS256', 'k', hmac(good.jwk.x!)),
    ],
    [
      'two keys with the same kid',
      [{ ...rsa.jwk, kid: 'k' }, { ...testKey('RS256', 'k').jwk }],
      by('RS256', 'k', rsa.sign),
    ],
    [
      'a key with the alg none',
      [{ ...good.jwk, kid: 'k', alg: 'none' }],
      by('none', 'k', () => Buffer.alloc(0)),
    ],
    [
      'a key named like an object property',
      [{ ...rsa.jwk, kid: '__proto__' }],
      by('EdDSA', '__proto__', good.sign),
    ],
  ])(
    'with %s next to a good key: tokens of the former are refused',
    async (_, published, token) => {
      const mode = withKeys(...published, good.jwk)
      expect(await attack(mode, token)).toBe(401)
      expect(await statusOf(mode, by('EdDSA', 'good', good.sign))).toBe(200)
    },
  )

  test.each<[string, readonly object[]]>([
    ['none', []],
    ['a symmetric key alone', [oct('good')]],
    [
      '10,000, which is more than 64 KiB',
      Array.from({ length: 10_000 }, (_, at) => ({ ...good.jwk, kid: `${at}` })),
    ],
  ])('of %s is not a key set: 503', async (_, published) => {
    const mode = withKeys(...published)
    expect(await attack(mode, by('EdDSA', 'good', good.sign))).toBe(503)
    expect(await attack(mode, by('HS256', 'good', hmac(secret)))).toBe(401)
  })

  test('of 10,000 keys in the table is read like any other', async () => {
    const db = database('pglite:memory')
    onTestFinished(() => db.close())
    await makeAuthTables(db, layouts[0]!)
    const publicKey = JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: good.jwk.x })
    await db.execute(`insert into jwks ("id", "publicKey", "privateKey", "alg")
      select 'key ' || i, '${publicKey}', 'encrypted', 'EdDSA' from generate_series(1, 10000) i`)
    const mode = { api: doorsWith({ url, keys: db }, enter, log) }
    expect(await statusOf(mode, by('EdDSA', 'key 10000', good.sign))).toBe(200)
    expect(await attack(mode, by('EdDSA', 'key 10001', good.sign))).toBe(401)
    expect(await attack(mode, by('EdDSA', undefined, good.sign))).toBe(401)
  })
})

/** Secrets from public lists, documentation and tutorials. */
const words =
  'secret password changeme changethis jwt key token test admin your-256-bit-secret your-384-bit-secret your-512-bit-secret mysecretkey qwerty shhhhh shhhhhared-secret'
const guesses = [
  '',
  ...words.split(' '),
  'keyboard cat',
  'better-auth-secret-123456789',
  'better-auth-secret-12345678901234567890',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  'cc7e0d44fd473002f1c42167459001140ec6389b7353f8088f4d9a95f2f596f2',
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  'a-string-secret-at-least-256-bits-long',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'your_better_auth_secret_change_me_in_production',
  'my-32-character-ultra-secure-and-ultra-long-secret',
  'supersecretkeyyoushouldnotcommittogithub',
  'ThisIsMySuperSecretKeyForJwtTokenGeneration',
  'this is my custom Secret key for authentication',
  'This is a sample secret key - please do not use in production environment.',
  'please-change-this-secret-key-in-production!!',
  'some_very_long_and_random_string_placeholder',
  'qwertyuiopasdfghjklzxcvbnm1234567890',
  'the quick brown fox jumps over the lazy dog',
  'lorem ipsum dolor sit amet consectetur',
  'correct horse battery staple correct horse',
  'password123password123password1234',
  'MyVeryLongPasswordForSigningJwts1234567890',
  'hello world hello world hello world!',
  'iloveyou-iloveyou-and-so-does-my-dog',
  'deadbeefdeadbeefdeadbeefdeadbeef',
  '0123456789abcdef0123456789abcdef',
  '0000000000000000000000000000000000000000',
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  'zyxwvutsrqponmlkjihgfedcba9876543210',
  '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
  'django-insecure-2j0&x7q!p$w9@v4z^r8t*k3m6n1',
  'notasecret-notasecret-notasecret-notasecret',
]

describe('J30: a guessable secret', () => {
  test.each(guesses)('%j is refused at startup and for signing', async (guess) => {
    expect(() => doorsWith({ secret: guess }, enter, log)).toThrow(
      expect.objectContaining({ code: 'PLINTH_AUTH_INVALID' }),
    )
    expect(secretWeakness(guess)).toBeDefined()
    const mode = { api: doorsWith({ secret }, enter, log) }
    expect(await attack(mode, compact({ alg: 'HS256' }, claims(), hmac(guess)))).toBe(401)
    expect(() => doorsWith({ secrets: `2:${secret},1:${guess}` }, enter, log)).toThrow(
      expect.objectContaining({ code: 'PLINTH_AUTH_INVALID' }),
    )
  })
})

test('no server except the key server was called', () => {
  console.info(`keys: ${tried} tokens tried, ${accepted} accepted`)
  expect(accepted).toBe(0)
  expect(tried).toBeGreaterThan(500)
  expect([...watch.asked]).toEqual([url])
})
