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

/** What the dependency makes of a request with these headers, as the plan asks for it. */
function ask(dependency: Dependency<AuthUser | null>, ...sent: string[]): unknown {
  const found = definitionOf(dependency, 'user')
  if (!(found instanceof DependencyDefinition)) throw new Error('it is no dependency')
  const headers = new Headers()
  for (const each of sent) headers.append('authorization', each)
  const credential = found.needs['sent'] as Credential
  return found.factory({ sent: credential.read(headers), log })
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

describe('a request without a token', () => {
  test.each([
    [],
    [''],
    ['Bearer'],
    ['Bearer   '],
    ['Basic YTpi'],
    [`Token ${token}`],
    [`DPoP ${token}`],
  ])('is 401 without an error code, or nobody: %j', async (...sent) => {
    const error = await outcome(required, ...sent)
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({
      status: 401,
      code: 'PLINTH_UNAUTHORIZED',
      headers: { 'www-authenticate': 'Bearer' },
    })
    expect(await outcome(optional, ...sent)).toBeNull()
  })
})

describe('a token', () => {
  test.each(['Bearer', 'bearer', 'BEARER'])('is taken after %s', async (scheme) => {
    expect(await outcome(required, `${scheme} ${token}`)).toMatchObject({ id: 'ann', email: null })
  })

  test('is verified once: the second request gets its user and no promise', async () => {
    const dependency = betterAuth({ secret })
    expect(ask(dependency, `Bearer ${token}`)).toBeInstanceOf(Promise)
    const user = await ask(dependency, `Bearer ${token}`)
    expect(ask(dependency, `Bearer ${token}`)).toBe(user)
  })

  test('beside another is 400, in either order', async () => {
    for (const sent of [
      [`Bearer ${token}`, `Bearer ${forged}`],
      [`Bearer ${forged}`, `Bearer ${token}`],
      [`Bearer ${token}`, `Bearer ${token}`],
    ])
      for (const dependency of [required, optional])
        expect(await outcome(dependency, ...sent)).toMatchObject({ status: 400 })
  })
})

describe('a token that is refused', () => {
  const bad = [forged, 'x', 'a.b.c', `${token}=`, `${token}.`, `${token} ${token}`]

  test('is 401 with one text for every cause, also where none is required', async () => {
    for (const dependency of [required, optional])
      for (const each of bad) {
        const error = (await outcome(dependency, `Bearer ${each}`)) as HttpError
        expect(error).toBeInstanceOf(HttpError)
        expect(error).toMatchObject({
          status: 401,
          code: 'PLINTH_INVALID_TOKEN',
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
          message: 'The token is not accepted: sign in again to get another',
        })
      }
  })

  test('leaves its reason in the log, without the token', async () => {
    lines.length = 0
    await outcome(required, `Bearer ${forged}`)
    expect(lines).toEqual([
      {
        level: 'debug',
        facts: { reason: 'its signature is wrong' },
        message: 'A token was refused',
      },
    ])
  })
})

test('keys that cannot be had are 503, with a time to come back', async () => {
  const server = await startKeyServer(keys())
  await server.down()
  const kid = Buffer.from('{"alg":"EdDSA","kid":"k"}').toString('base64url')
  const payload = token.split('.')[1]!
  const error = await outcome(betterAuth({ url: server.url }), `Bearer ${kid}.${payload}.AAAA`)
  expect(error).toMatchObject({ status: 503, code: 'PLINTH_KEYS_UNREACHABLE' })
  expect((error as HttpError).headers?.['retry-after']).toMatch(/^\d+$/)
})

test('a wrong declaration is told at startup', () => {
  expect(() => betterAuth({ secret: 'short' })).toThrow('5 characters long')
})
