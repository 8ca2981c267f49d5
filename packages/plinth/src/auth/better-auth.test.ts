import { describe, expect, test } from 'vitest'
import { keys, startKeyServer } from '../../test/support/auth/key-server.ts'
import type { Logger } from '../logging/logger.types.ts'
import type { Credential } from '../dependencies/credential.ts'
import { definitionOf, DependencyDefinition } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { HttpError } from '../errors/http-error.ts'
import type { AuthUser } from './auth-user.ts'
import { betterAuth } from './better-auth.ts'
import { createToken } from './jwt/create-token.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const token = await createToken(secret, { sub: 'ann' })
const forged = await createToken(`${secret}x`, { sub: 'ann' })

const lines: { level: string; facts: object; message: string }[] = []
const write =
  (level: string) =>
  (facts: object, message: string): void =>
    void lines.push({ level, facts, message })
const log: Logger = {
  debug: write('debug'),
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
  child: () => log,
}

/** Calls the dependency for a request with these headers, as the plan does. */
function ask(dependency: Dependency<AuthUser | null>, ...sent: string[]): unknown {
  const found = definitionOf(dependency, 'user')
  if (!(found instanceof DependencyDefinition)) throw new Error('not a dependency')
  const headers = new Headers()
  for (const each of sent) headers.append('authorization', each)
  const credential = found.needs['sent'] as Credential
  return found.factory({ sent: credential.read({ headers, target: '/' }), log })
}

const outcome = async (
  dependency: Dependency<AuthUser | null>,
  ...sent: string[]
): Promise<unknown> => {
  try {
    return await ask(dependency, ...sent)
  } catch (error) {
    return error
  }
}

const required = betterAuth({ secret })
const optional = betterAuth({ secret, required: false })

describe('without a token', () => {
  test.each([
    [],
    [''],
    ['Bearer'],
    ['Bearer   '],
    ['Basic YTpi'],
    [`Token ${token}`],
    [`DPoP ${token}`],
  ])(
    'a request without a token is 401 without an error code, or null if none is required: %j',
    async (...sent) => {
      const error = await outcome(required, ...sent)
      expect(error).toBeInstanceOf(HttpError)
      expect(error).toMatchObject({
        status: 401,
        code: 'PLINTH_UNAUTHORIZED',
        headers: { 'www-authenticate': 'Bearer' },
      })
      expect(await outcome(optional, ...sent)).toBeNull()
    },
  )
})

describe('with a token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])(
    'a token is accepted with the scheme %s',
    async (scheme) => {
      expect(await outcome(required, `${scheme} ${token}`)).toMatchObject({
        id: 'ann',
        email: null,
      })
    },
  )

  test('a token is verified once: the second request gets its user synchronously', async () => {
    const dependency = betterAuth({ secret })
    expect(ask(dependency, `Bearer ${token}`)).toBeInstanceOf(Promise)
    const user = await ask(dependency, `Bearer ${token}`)
    expect(ask(dependency, `Bearer ${token}`)).toBe(user)
  })

  test('two tokens are 400, in either order', async () => {
    for (const sent of [
      [`Bearer ${token}`, `Bearer ${forged}`],
      [`Bearer ${forged}`, `Bearer ${token}`],
      [`Bearer ${token}`, `Bearer ${token}`],
    ])
      for (const dependency of [required, optional])
        expect(await outcome(dependency, ...sent)).toMatchObject({ status: 400 })
  })
})

describe('with an invalid token', () => {
  const bad = [forged, 'x', 'a.b.c', `${token}=`, `${token}.`, `${token} ${token}`]

  test('every cause is 401 with the same text, also if no token is required', async () => {
    for (const dependency of [required, optional])
      for (const each of bad) {
        const error = (await outcome(dependency, `Bearer ${each}`)) as HttpError
        expect(error).toBeInstanceOf(HttpError)
        expect(error).toMatchObject({
          status: 401,
          code: 'PLINTH_INVALID_TOKEN',
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
          message: 'Invalid or expired token. Sign in again to get a new one.',
        })
      }
  })

  test('the log has the reason, without the token', async () => {
    lines.length = 0
    await outcome(required, `Bearer ${forged}`)
    expect(lines).toEqual([
      {
        level: 'debug',
        facts: { reason: 'invalid signature' },
        message: 'Token rejected',
      },
    ])
  })
})

test('unavailable keys are 503 with Retry-After', async () => {
  const server = await startKeyServer(keys())
  await server.down()
  const kid = Buffer.from('{"alg":"EdDSA","kid":"k"}').toString('base64url')
  const payload = token.split('.')[1]!
  const error = await outcome(betterAuth({ url: server.url }), `Bearer ${kid}.${payload}.AAAA`)
  expect(error).toMatchObject({ status: 503, code: 'PLINTH_KEYS_UNREACHABLE' })
  expect((error as HttpError).headers?.['retry-after']).toMatch(/^\d+$/)
})

test('an invalid option throws at startup', () => {
  expect(() => betterAuth({ secret: 'short' })).toThrow('5 characters long')
})
