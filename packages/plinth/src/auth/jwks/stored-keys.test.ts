import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { goodClaims } from '../../../test/support/attacks/tokens.ts'
import { layouts, makeAuthTables, sessionToken } from '../../../test/support/auth/auth-tables.ts'
import { compact, testKey, type TestKey } from '../../../test/support/auth/tokens.ts'
import { database } from '../../database/database.ts'
import { HttpError } from '../../errors/http-error.ts'
import { InvalidToken } from '../invalid-token.ts'
import { secret, url } from '../../../test/support/auth/session-app.ts'
import { storedKeyPolicy, readStoredKeys } from './stored-keys.ts'
import { jwtVerifier, type JwtVerifier } from '../jwt/jwt-verifier.ts'

const day = 86_400_000
const outcome = async (verifier: JwtVerifier, token: string): Promise<string> =>
  verifier.verify(token).then(
    ({ id }) => id,
    (error: unknown) => {
      if (error instanceof InvalidToken) return 'refused'
      if (error instanceof HttpError) return error.code
      throw error
    },
  )

describe.each(layouts)('keys in tables of the layout $name', (layout) => {
  const db = database('pglite:memory')
  const of = (field: string): string => `"${layout.column(field)}"`
  const table = layout.table('jwks')
  beforeAll(() => makeAuthTables(db, layout))
  beforeEach(() => db.execute(`delete from "${table}"`))
  afterAll(() => db.close())

  /** Stores a key as Better Auth does: its id is the kid. */
  async function store(expires?: number, kind = 'EdDSA'): Promise<TestKey> {
    const id = layout.id === 'uuid' ? crypto.randomUUID() : sessionToken()
    const key = testKey(kind, id)
    const { kid: _, alg, ...jwk } = key.jwk
    const time =
      expires === undefined ? 'null' : `'${new Date(Date.now() + expires).toISOString()}'`
    await db.execute(`insert into "${table}" ("id", ${of('publicKey')}, ${of('privateKey')}, ${of('expiresAt')}, "alg", "crv")
      values ('${id}', '${JSON.stringify(jwk)}', 'never read', ${time}, '${alg as string}', null)`)
    return key
  }
  const tokenOf = ({ alg, kid, sign }: TestKey): string =>
    compact({ alg, kid }, goodClaims({ issuer: url, audience: url }), sign)

  test.each(['EdDSA', 'ES256', 'RS256'])(
    'a token signed with a stored %s key is accepted',
    async (kind) => {
      const verifier = jwtVerifier({ url, keys: db })
      const token = tokenOf(await store(undefined, kind))
      expect(await outcome(verifier, token)).toBe('ann')
      expect(verifier.known(token)?.id).toBe('ann')
    },
  )

  test('a key verifies for 30 days after it expires, or for gracePeriod', async () => {
    await db.execute(`set time zone 'Asia/Karachi'`)
    const keys = [await store(day), await store(-29.9 * day), await store(-30.1 * day)]
    const taken = async (verifier: JwtVerifier): Promise<string[]> =>
      Promise.all(keys.map(async (key) => outcome(verifier, tokenOf(key))))
    expect(await taken(jwtVerifier({ url, keys: db }))).toEqual(['ann', 'ann', 'refused'])
    const none = jwtVerifier({ url, keys: { db, gracePeriod: 0 } })
    expect(await taken(none)).toEqual(['ann', 'refused', 'refused'])
    await db.execute(`set time zone 'UTC'`)
  })

  test('a key that is stored later is found with its first token', async () => {
    const verifier = jwtVerifier({ url, keys: db })
    expect(await outcome(verifier, tokenOf(await store()))).toBe('ann')
    expect(await outcome(verifier, tokenOf(await store()))).toBe('ann')
  })

  test('only public keys are read from the table', async () => {
    const key = await store()
    const found = await readStoredKeys(storedKeyPolicy({ db, schema: 'public' }))
    expect(found).toEqual([key.jwk])
  })

  test('a symmetric key and malformed JSON are ignored', async () => {
    const verifier = jwtVerifier({ url, keys: db })
    await db.execute(`insert into "${table}" ("id", ${of('publicKey')}, ${of('privateKey')})
      values ('${layout.id === 'uuid' ? crypto.randomUUID() : 'a'}', '{"kty":"oct","k":"AAAA"}', ''),
             ('${layout.id === 'uuid' ? crypto.randomUUID() : 'b'}', 'no json', '')`)
    expect(await outcome(verifier, tokenOf(testKey('EdDSA', 'a')))).toBe('PLINTH_KEYS_UNREACHABLE')
  })
})

test('a missing table is 503, with the reason only in the cause', async () => {
  const db = database('pglite:memory')
  const verifier = jwtVerifier({ url, keys: db })
  const { alg, kid, sign } = testKey('EdDSA', 'a')
  const token = compact({ alg, kid }, goodClaims({ issuer: url, audience: url }), sign)
  const error = (await verifier.verify(token).catch((each: unknown) => each)) as HttpError
  expect(error).toMatchObject({ status: 503, code: 'PLINTH_KEYS_UNREACHABLE' })
  expect(error.message).not.toMatch(/jwks|table/)
  const reason = error.cause as Error
  expect((reason.cause as Error).message).toContain(
    `"jwks" table was not found in any schema of search_path`,
  )
  await db.close()
})

test('with keys from the table, HS256 tokens are rejected and no frontend is needed', async () => {
  const db = database('pglite:memory')
  await makeAuthTables(db, layouts[0]!)
  const verifier = jwtVerifier({ issuer: 'http://a.example', audience: 'api', keys: db })
  const token = compact({ alg: 'HS256' }, { sub: 'ann', exp: 4_000_000_000 }, () =>
    Buffer.from(secret),
  )
  expect(await outcome(verifier, token)).toBe('refused')
  await db.close()
})
