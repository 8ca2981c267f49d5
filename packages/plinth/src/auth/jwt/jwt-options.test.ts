import { describe, expect, test } from 'vitest'
import { PlinthError } from '../../errors/plinth-error.ts'
import { jwtPolicy, type JwtOptions } from './jwt-options.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const url = 'http://localhost:3000'

function refusal(options: JwtOptions): string {
  try {
    jwtPolicy(options)
  } catch (error) {
    expect(error).toBeInstanceOf(PlinthError)
    expect((error as PlinthError).code).toBe('PLINTH_AUTH_INVALID')
    return (error as PlinthError).message
  }
  throw new Error('the options were accepted')
}

describe('invalid options throw at startup', () => {
  test.each<[string, JwtOptions, string]>([
    ['no options', {}, 'nothing to verify credentials with'],
    ['only empty options', { secret: undefined, url: '' }, 'nothing to verify credentials with'],
    ['an empty secret', { secret: '' }, '0 characters long'],
    ['a short secret', { secret: secret.slice(1) }, '31 characters long'],
    [
      'a published secret',
      { secret: 'better-auth-secret-12345678901234567890', url },
      'is published',
    ],
    ['a placeholder', { secret: 'change-me-in-production-please-soon' }, 'placeholder'],
    ['a weak old secret', { secrets: `2:${secret},1:short` }, 'Entry 2 of secrets is 5'],
    ['secrets without versions', { secrets: secret }, 'Entry 1'],
    ['secrets of one version', { secrets: `1:${secret},1:${secret}x` }, 'Entry 2'],
    ['a URL without a scheme', { url: 'localhost:3000' }, 'url is not an HTTP URL'],
    ['a file URL', { url: 'file:///etc/passwd' }, 'url is not an HTTP URL'],
    ['a URL with a password', { url: 'http://ann:canary@localhost' }, 'url has credentials'],
    ['a URL with a query', { url: `${url}?x=1` }, 'url has credentials, a query'],
    ['a path to another host', { url, jwksPath: '//attacker.example/jwks' }, 'jwksPath'],
    ['a path without a slash', { url, jwksPath: '@attacker.example/jwks' }, 'jwksPath'],
    ['no algorithm', { url, algorithms: [] }, 'algorithms must be'],
    ['HS256 for the key set', { url, algorithms: ['EdDSA', 'HS256'] }, 'algorithms must be'],
    ['none for the key set', { url, algorithms: ['none'] }, 'algorithms must be'],
    ['a long leeway', { secret, leeway: 61 }, 'leeway must be'],
    ['a negative leeway', { secret, leeway: -1 }, 'leeway must be'],
    ['a leeway that is not a number', { secret, leeway: Number.NaN }, 'leeway must be'],
    ['no issuer', { url, issuer: [] }, 'issuer is empty'],
    ['an empty audience', { secret, audience: '' }, 'audience is empty'],
  ])('%s', (_, options, message) => {
    const text = refusal(options)
    expect(text).toContain(message)
    for (const hidden of [options.secret, secret, 'canary'])
      if (hidden) expect(text).not.toContain(hidden)
  })
})

test.each([
  [url, undefined, 'http://localhost:3000/api/auth/jwks'],
  [`${url}/`, undefined, 'http://localhost:3000/api/auth/jwks'],
  ['https://example.com/app/', '/keys', 'https://example.com/app/keys'],
])('the keys of %s (%s) are at %s', (base, jwksPath, expected) => {
  const policy = jwtPolicy({ url: base, jwksPath })
  expect(policy.jwks?.href).toBe(expected)
  expect(policy.origin).toBe(new URL(base).origin)
})
