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
  throw new Error('it was accepted')
}

describe('options that are wrong are refused at startup', () => {
  test.each<[string, JwtOptions, string]>([
    ['nothing', {}, 'needs something to check tokens with'],
    ['nothing set', { secret: undefined, url: '' }, 'needs something to check tokens with'],
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
    ['an address of no scheme', { url: 'localhost:3000' }, 'url is no http address'],
    ['a file', { url: 'file:///etc/passwd' }, 'url is no http address'],
    ['an address with a password', { url: 'http://ann:canary@localhost' }, 'url has credentials'],
    ['an address with a query', { url: `${url}?x=1` }, 'url has credentials, a query'],
    ['a path to another host', { url, jwksPath: '//attacker.example/jwks' }, 'jwksPath'],
    ['a path of no slash', { url, jwksPath: '@attacker.example/jwks' }, 'jwksPath'],
    ['no algorithm', { url, algorithms: [] }, 'algorithms are'],
    ['HS256 for the key set', { url, algorithms: ['EdDSA', 'HS256'] }, 'algorithms are'],
    ['none for the key set', { url, algorithms: ['none'] }, 'algorithms are'],
    ['a long leeway', { secret, leeway: 61 }, 'leeway must be'],
    ['a negative leeway', { secret, leeway: -1 }, 'leeway must be'],
    ['a leeway of no number', { secret, leeway: Number.NaN }, 'leeway must be'],
    ['no issuer', { url, issuer: [] }, 'issuer is empty'],
    ['an empty audience', { secret, audience: '' }, 'audience is empty'],
  ])('%s', (_, options, message) => {
    const told = refusal(options)
    expect(told).toContain(message)
    for (const hidden of [options.secret, secret, 'canary'])
      if (hidden) expect(told).not.toContain(hidden)
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
