import { afterAll, describe, expect, test } from 'vitest'
import {
  attackTokens,
  bases,
  goodClaims,
  type Target,
} from '../../../test/support/attacks/tokens.ts'
import { keys, startKeyServer } from '../../../test/support/auth/key-server.ts'
import { compact, signWith, testKey } from '../../../test/support/auth/tokens.ts'
import { InvalidToken } from '../invalid-token.ts'
import type { JwtOptions } from './jwt-options.ts'
import { jwtVerifier, type JwtVerifier } from './jwt-verifier.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const published = [testKey('EdDSA', 'ed'), testKey('ES256', 'es'), testKey('RS256', 'rs')]
const bare = testKey('RS256', 'bare')
const attackerServer = await startKeyServer(keys())
const keyServer = await startKeyServer(
  keys(...published.map(({ jwk }) => jwk), { ...bare.jwk, alg: undefined }),
)
afterAll(async () => {
  await attackerServer.down()
  await keyServer.down()
})

const { url } = keyServer
const target = (takesSecret: boolean, takesKeys: boolean): Target => ({
  secret,
  takesSecret,
  takesKeys,
  keys: published,
  bare,
  issuer: url,
  audience: url,
  secretParties: takesKeys,
  attackerUrl: attackerServer.url,
})
const modes: readonly (readonly [string, JwtOptions, Target])[] = [
  ['only the secret', { secret }, target(true, false)],
  ['only the key set', { url }, target(false, true)],
  ['both', { secret, url }, target(true, true)],
]

const outcome = async (verifier: JwtVerifier, token: string): Promise<unknown> =>
  verifier.verify(token).catch((error: unknown) => error)

describe.each(modes)('with %s', (_, options, target) => {
  const verifier = jwtVerifier(options)

  test.each(bases(target).map((base) => [base.name, base] as const))(
    'a valid token is accepted: %s',
    async (_, base) => {
      const token = compact(base.header, goodClaims(target), base.sign)
      expect(await verifier.verify(token)).toMatchObject({ id: 'ann' })
    },
  )

  test.each(attackTokens(target).map((attack) => [attack.id, attack.what, attack.token] as const))(
    '%s %s',
    async (_, what, token) => {
      const error = await outcome(verifier, token)
      expect(error, what).toBeInstanceOf(InvalidToken)
      expect(verifier.known(token)).toBeUndefined()
      const reason = (error as InvalidToken).message
      expect(reason.length).toBeLessThan(300)
      expect(reason).not.toMatch(/[\r\n\0]/)
      for (const part of token.split('.').filter((each) => each.length > 20))
        expect(reason).not.toContain(part)
    },
  )

  test('a valid token with one flipped bit is rejected', async () => {
    for (const base of bases(target)) {
      const token = compact(base.header, goodClaims(target), base.sign)
      await verifier.verify(token)
      for (let at = 0; at < token.length; at += 1) {
        const changed = String.fromCharCode(token.charCodeAt(at) ^ (1 << (at % 7)))
        const flipped = `${token.slice(0, at)}${changed}${token.slice(at + 1)}`
        expect(await outcome(verifier, flipped), flipped).toBeInstanceOf(InvalidToken)
      }
    }
  })
})

test('a key without alg verifies every allowed algorithm of its type', async () => {
  const verifier = jwtVerifier({ url })
  const claims = goodClaims(target(false, true))
  for (const alg of ['RS256', 'PS256']) {
    const token = compact({ alg, kid: 'bare' }, claims, signWith[alg]!(bare.privateKey))
    expect(await verifier.verify(token)).toMatchObject({ id: 'ann' })
  }
})

test('nothing was ever fetched from the attacker, and hardly anything from the key server', () => {
  expect(attackerServer.hits).toBe(0)
  // each verifier reads the set once, and once more for the first unknown kid
  expect(keyServer.hits).toBeLessThanOrEqual(5)
})
