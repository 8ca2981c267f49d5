import { describe, expect, test } from 'vitest'
import { type Database, database } from '../../database/database.ts'
import { betterAuth, type BetterAuthOptions } from '../better-auth.ts'
import { disposable, secret, url } from '../../../test/support/auth/session-app.ts'

describe('invalid session options throw at startup', () => {
  const db = database('pglite:memory')
  test.each<[string, BetterAuthOptions, string]>([
    [
      'cookies without a secret',
      { url, sessions: db },
      'needs BETTER_AUTH_SECRET to verify cookies',
    ],
    [
      'cookies without allowed origins',
      { secret, sessions: db },
      'the origins that may send the cookie',
    ],
    [
      'neither cookies nor bearer',
      { secret, sessions: { db, cookie: false, bearer: false } },
      'neither cookies nor bearer',
    ],
    [
      'a signature that cannot be checked',
      { sessions: { db, cookie: false, requireSignature: true } },
      'requireSignature needs',
    ],
    [
      'an origin with a path',
      { url, secret, sessions: { db, origins: ['https://a.example/x'] } },
      'which is not an origin',
    ],
    [
      'an origin with a star',
      { url, secret, sessions: { db, origins: ['https://*.example'] } },
      'which is not an origin',
    ],
    ['an invalid prefix', { url, secret, sessions: { db, cookiePrefix: 'a b' } }, 'cookiePrefix'],
    ['revocation without sessions', { secret, revocation: 'sid' }, "revocation: 'sid'"],
    [
      'revocation without JWTs',
      { secret, hs256: false, sessions: { db, cookie: false }, revocation: 'sid' },
      "revocation: 'sid'",
    ],
    ['no accepted credential', { secret, hs256: false }, 'nothing to verify credentials with'],
    ['keys without a url', { keys: db }, 'keys needs url'],
    ['an invalid grace period', { url, keys: { db, gracePeriod: -1 } }, 'gracePeriod'],
  ])('%s', (_, options, message) => {
    expect(() => betterAuth(options)).toThrow(message)
  })

  test('a transaction is rejected as the database', async () => {
    await using own = disposable(database('pglite:memory'))
    await own.db.transaction(async (tx) => {
      const sessions = tx as unknown as Database
      expect(() => betterAuth({ url, secret, sessions })).toThrow(
        'needs a database made by database()',
      )
      await Promise.resolve()
    })
  })
})
