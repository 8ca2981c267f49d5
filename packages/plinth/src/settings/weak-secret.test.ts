import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { secretWeakness } from './weak-secret.ts'

describe('a secret', () => {
  test.each([
    '',
    'secret',
    'changethis',
    'x'.repeat(64),
    'ab'.repeat(32),
    '0123456789'.repeat(4),
    '12345678901234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'better-auth-secret-12345678901234567890',
    'your-secret-key-at-least-32-characters-long',
    'your-super-secret-jwt-token-with-at-least-32-characters-long',
    'my-super-secret-key-for-this-application-1',
    'CHANGE_ME_CHANGE_ME_PLEASE_CHANGE_ME_NOW',
    'django-insecure-2j0&x7q!p$w9@v4z^r8t*k3m6n1',
    'replace-with-a-long-random-string-please!',
    '$(openssl rand -base64 32) and more of it',
    '<what "openssl rand -base64 32" prints>',
    'this_is_a_placeholder_for_the_real_value_1',
    'a-string-secret-at-least-256-bits-long',
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  ])('%j', (text) => {
    const weakness = secretWeakness(text)
    expect(weakness).toMatch(/^is /)
    if (text.length > 8) expect(weakness).not.toContain(text)
  })

  test('that is random is accepted in any encoding', () => {
    for (let round = 0; round < 2000; round += 1) {
      // the same in each run: of real random bytes, one text in 30 million has fewer than 8 different characters
      const bytes = createHash('sha256').update(`round ${round}`).digest()
      for (const text of [
        bytes.toString('base64'),
        bytes.toString('base64url'),
        bytes.toString('hex'),
        bytes.subarray(0, 16).toString('hex'),
      ])
        expect(secretWeakness(text)).toBeUndefined()
    }
  })

  test('that is a passphrase is accepted', () => {
    expect(secretWeakness('violet harbor seventeen kites over Lahore')).toBeUndefined()
  })
})
