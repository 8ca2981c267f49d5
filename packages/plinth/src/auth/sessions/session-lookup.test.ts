import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  layouts,
  makeAuthTables,
  sessionToken,
  signed,
} from '../../../test/support/auth/auth-tables.ts'
import { database } from '../../database/database.ts'
import {
  appWith,
  ask,
  bearer,
  cookie,
  cookieName,
  disposable,
  hour,
  lines,
  outcome,
  refused,
  secret,
  url,
  writer,
} from '../../../test/support/auth/session-app.ts'

describe.each(layouts)('sessions in tables of the layout $name', (layout) => {
  const db = database('pglite:memory')
  const write = writer(db, layout)
  const api = appWith({ url, secret, sessions: db })
  beforeAll(() => makeAuthTables(db, layout))
  afterAll(() => db.close())

  test('a session authenticates its user by cookie, and as a bearer token in each form', async () => {
    const { id, userId, token } = await write.session(hour, { role: 'admin' })
    const value = signed(token, secret)
    for (const headers of [
      cookie(value),
      cookie(value, `__Secure-${cookieName}`),
      bearer(token),
      bearer(value),
      bearer(encodeURIComponent(value)),
    ]) {
      const response = await ask(api, headers)
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({
        id: userId,
        email: `${userId}@example.com`,
        name: 'Ann',
        sessionId: id,
        claims: {
          emailVerified: false,
          image: null,
          role: 'admin',
          activeOrganizationId: 'org1',
          impersonatedBy: null,
          expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        },
      })
    }
  })

  test('a session that was signed out is rejected immediately', async () => {
    const { id, token } = await write.session(hour)
    expect(await outcome(await ask(api, bearer(token)))).toBe('200')
    await write.end(id)
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    expect(await outcome(await ask(api, cookie(signed(token, secret))))).toBe(refused)
  })

  test.each(['UTC', 'Asia/Karachi', 'America/New_York'])(
    'expiry is correct with TimeZone %s',
    async (zone) => {
      await db.execute(`set time zone '${zone}'`)
      const live = await write.session(60_000)
      const over = await write.session(-1000)
      const before = await ask(api, bearer(live.token))
      expect(before.status).toBe(200)
      const { claims } = (await before.json()) as { claims: { expiresAt: string } }
      expect(Math.abs(Date.parse(claims.expiresAt) - Date.now() - 60_000)).toBeLessThan(30_000)
      expect(await outcome(await ask(api, bearer(over.token)))).toBe(refused)
      await db.execute(`set time zone 'UTC'`)
    },
  )

  test('a banned user is rejected until the ban ends', async () => {
    const banned = await write.session(hour, { banned: true })
    const again = await write.session(hour, {
      banned: true,
      banExpires: new Date(Date.now() - hour),
    })
    const still = await write.session(hour, {
      banned: true,
      banExpires: new Date(Date.now() + hour),
    })
    expect(await outcome(await ask(api, bearer(banned.token)))).toBe(refused)
    expect(await outcome(await ask(api, bearer(still.token)))).toBe(refused)
    expect(await outcome(await ask(api, bearer(again.token)))).toBe('200')
  })
})

describe('tables that cannot be read', () => {
  test('missing tables are 503 with the reason in the log, and are found once they exist', async () => {
    await using db = disposable(database('pglite:memory'))
    const api = appWith({ url, secret, sessions: db.db })
    const token = sessionToken()
    lines.length = 0
    const response = await ask(api, bearer(token))
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.clone().text()).not.toMatch(/select|expires|search_path/i)
    expect(await outcome(response)).toBe('503 PLINTH_AUTH_TABLES_UNREADABLE')
    expect(
      lines.filter((line) => line.includes('were not found in any schema of search_path')),
    ).toHaveLength(1)
    const [layout] = layouts
    await makeAuthTables(db.db, layout!)
    const made = await writer(db.db, layout!).session(hour)
    expect(await outcome(await ask(api, bearer(made.token)))).toBe('200')
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    await db.db.execute('alter table "session" rename column "expiresAt" to "over"')
    lines.length = 0
    expect(await outcome(await ask(api, bearer(made.token)))).toBe(
      '503 PLINTH_AUTH_TABLES_UNREADABLE',
    )
    expect(await outcome(await ask(api, bearer(made.token)))).toBe(
      '503 PLINTH_AUTH_TABLES_UNREADABLE',
    )
    expect(lines.join('\n')).toContain(
      'lack a required column (id, token, userId, expiresAt, id, email)',
    )
    await db.db.execute('alter table "session" rename column "over" to "expires_at"')
    expect(await outcome(await ask(api, bearer(made.token)))).toBe('200')
  })

  test('the reason is logged once, and again when it changes or returns', async () => {
    await using db = disposable(database('pglite:memory'))
    const { db: tables } = db
    const api = appWith({ url, secret, sessions: tables })
    const token = sessionToken()
    const warnings = async (): Promise<string[]> => {
      lines.length = 0
      const statuses = await Promise.all(
        Array.from({ length: 5 }, async () => (await ask(api, bearer(token))).status),
      )
      expect(new Set(statuses)).toEqual(new Set([503]))
      expect(await outcome(await ask(api, bearer(token)))).toBe('503 PLINTH_AUTH_TABLES_UNREADABLE')
      return lines.filter((line) => line.includes('The sessions cannot be read'))
    }
    expect(await warnings()).toEqual([
      expect.stringContaining('were not found in any schema of search_path'),
    ])
    expect(await warnings()).toEqual([])
    await makeAuthTables(tables, layouts[0]!, 'elsewhere')
    expect(await warnings()).toEqual([expect.stringContaining('in schema \\"elsewhere\\"')])
    expect(await warnings()).toEqual([])
    await tables.execute('set search_path to elsewhere, public')
    expect(await outcome(await ask(api, bearer(token)))).toBe(refused)
    await tables.execute('set search_path to public')
    await tables.execute('alter table elsewhere."session" rename column "userId" to "whose"')
    expect(await warnings()).toEqual([
      expect.stringContaining('Looking for them again'),
      expect.stringContaining('lack a required column'),
    ])
    expect(await warnings()).toEqual([])
  })

  test('tables in another schema are found with the schema option, and the log names the schema', async () => {
    await using db = disposable(database('pglite:memory'))
    const [layout] = layouts
    await makeAuthTables(db.db, layout!, 'auth')
    const made = await writer(db.db, layout!, 'auth').session(hour)
    lines.length = 0
    const without = appWith({ url, secret, sessions: db.db })
    expect(await outcome(await ask(without, bearer(made.token)))).toBe(
      '503 PLINTH_AUTH_TABLES_UNREADABLE',
    )
    expect(lines.join('\n')).toContain('Tables with these names exist in schema \\"auth\\"')
    const named = appWith({ url, secret, sessions: { db: db.db, schema: 'auth' } })
    expect(await outcome(await ask(named, bearer(made.token)))).toBe('200')
  })

  test("an app's own tables named users and sessions are ignored", async () => {
    await using db = disposable(database('pglite:memory'))
    const [layout] = layouts
    await db.db.execute('create table users (id int, email text)')
    await db.db.execute('create table sessions (id int, token int)')
    await makeAuthTables(db.db, layout!)
    const made = await writer(db.db, layout!).session(hour)
    const api = appWith({ url, secret, sessions: db.db })
    expect(await outcome(await ask(api, bearer(made.token)))).toBe('200')
  })

  test('an unreachable database is 503, and never 401', async () => {
    await using db = disposable(
      database('postgres://nobody:pw@127.0.0.1:1/nothing', {
        connectTimeout: 100,
        acquireTimeout: 100,
      }),
    )
    const api = appWith({ url, secret, sessions: db.db, keys: db.db })
    for (const headers of [bearer(sessionToken()), cookie(signed(sessionToken(), secret))])
      expect(await outcome(await ask(api, headers))).toBe('503 PLINTH_DATABASE_UNAVAILABLE')
  })
})
