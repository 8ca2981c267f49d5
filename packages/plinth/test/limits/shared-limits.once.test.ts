// @module-tag postgres
// Rate limits that several processes share in Postgres.
import {
  app,
  createLogger,
  database,
  dependency,
  router,
  serve,
  transaction,
  type Database,
} from 'plinth'
import { rateLimit } from 'plinth/limits'
import { testApp } from 'plinth/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { sharedOf } from '../../src/database/database.ts'
import { quotaOf } from '../../src/limits/limit-store.ts'
import { PostgresLimits, rateLimits } from '../../src/limits/postgres-limits.ts'
import { ensureTables } from '../../src/database/own-tables.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

let server: PostgresServer
let db: Database
beforeAll(async () => {
  server = await startPostgres({ resumable: true })
  db = database(server.url)
})
afterAll(async () => {
  await db?.close()
  await server?.stop()
})

const log = createLogger({ level: 'silent' })
const storeOf = (of: Database): PostgresLimits => new PostgresLimits(sharedOf(of, 'test').driver)

describe('counts in Postgres', () => {
  it('let exactly the limit through, whichever process asks', async () => {
    const other = database(server.url)
    onTestFinished(() => other.close())
    const stores = [storeOf(db), storeOf(other)]
    const quota = quotaOf(20, 60)
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => await stores[at % 2]!.hit('shared', quota)),
    )
    const allowed = verdicts.filter((verdict) => verdict.allowed)
    expect(allowed).toHaveLength(20)
    expect(allowed.map(({ remaining }) => remaining).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at),
    )
    for (const { allowed, reset } of verdicts)
      if (!allowed) expect(reset).toBeLessThanOrEqual(62_000)
  })

  it('slide: a hit stops counting after the window, and not before', async () => {
    const store = storeOf(db)
    const quota = quotaOf(1, 60)
    const age = (buckets: number) =>
      db.execute(`update plinth.rate_limits set slot = slot - ${buckets}`)
    await db.execute('delete from plinth.rate_limits')
    expect((await store.hit('slides', quota)).allowed).toBe(true)
    await age(29)
    expect((await storeOf(db).hit('slides', quota)).allowed).toBe(false)
    await age(2)
    expect((await storeOf(db).hit('slides', quota)).allowed).toBe(true)
    const { rows } = await db.execute(
      'select array_length(counts, 1) as length from plinth.rate_limits',
    )
    expect(rows).toEqual([{ length: expect.any(Number) }])
    expect(Number(rows[0]?.['length'])).toBeLessThanOrEqual(31)
  })

  it('are swept when they are over', async () => {
    const driver = sharedOf(db, 'test').driver
    await ensureTables(driver, [rateLimits])
    await storeOf(db).hit('kept', quotaOf(1, 60))
    await storeOf(db).hit('over', quotaOf(1, 1))
    await db.execute(
      'update plinth.rate_limits set expires = 0 where expires < (select max(expires) from plinth.rate_limits)',
    )
    expect(await storeOf(db).sweeper.sweep()).toBeGreaterThan(0)
    expect((await db.execute('select from plinth.rate_limits')).rowCount).toBe(1)
  })
})

describe('a rate limit on a server', () => {
  it('does not give a hit back that was rolled back', async () => {
    const limited = rateLimit({ limit: 1, window: '1m', db, name: 'rollback' })
    const tx = dependency({ db }, ({ db }) => transaction(db))
    const notes = router('/notes', { dependencies: { limited, tx } })
    const fail = notes.get('/', {}, async ({ tx }) => {
      await tx.execute('select 1')
      throw new Error('rolled back')
    })
    await using test = testApp(app({ title: 'Notes', routes: { notes: { fail } }, log }))
    const ask = async () => (await test.fetch(new Request('http://localhost/notes'))).status
    expect([await ask(), await ask()]).toEqual([500, 429])
  })

  it('counts the address that a trusted proxy tells', async () => {
    const limited = rateLimit({ limit: 1, window: '1m', db, name: 'proxied' })
    const notes = router('/notes', { dependencies: { limited } })
    const api = app({
      title: 'Notes',
      routes: { notes: { list: notes.get('/', {}, () => 1) } },
      log,
    })
    const statusFrom = async (url: string, address: string) =>
      (await fetch(`${url}/notes`, { headers: { 'x-forwarded-for': address } })).status
    const trusting = await serve(api, { port: 0, hostname: '127.0.0.1', trustProxy: ['127.0.0.1'] })
    expect([
      await statusFrom(trusting.url, '203.0.113.1'),
      await statusFrom(trusting.url, '203.0.113.2'),
    ]).toEqual([200, 200])
    expect(await statusFrom(trusting.url, '203.0.113.1')).toBe(429)
    await trusting.close()
    const plain = await serve(testApp(api), { port: 0, hostname: '127.0.0.1' })
    expect([
      await statusFrom(plain.url, '203.0.113.3'),
      await statusFrom(plain.url, '203.0.113.4'),
    ]).toEqual([200, 429])
    await plain.close()
  })

  it('whose database is away is open or closed, as it says, and counts on when it is back', async () => {
    const away = database(server.url, { connectTimeout: 300, acquireTimeout: 300 })
    const open = rateLimit({
      limit: 1,
      window: '1m',
      db: away,
      name: 'open',
      whenUnavailable: 'open',
    })
    const closed = rateLimit({ limit: 1, window: '1m', db: away, name: 'closed' })
    const notes = router('/notes')
    const routes = {
      open: notes.get('/open', { dependencies: { open } }, ({ open }) => open),
      closed: notes.get('/closed', { dependencies: { closed } }, () => 1),
    }
    await using test = testApp(app({ title: 'Notes', routes: { notes: routes }, log }))
    const ask = (name: string) => test.fetch(new Request(`http://localhost/notes/${name}`))
    await server.kill()
    await test.start()
    for (const _ of [1, 2]) {
      const passed = await ask('open')
      expect([passed.status, passed.headers.get('ratelimit')]).toEqual([200, null])
      const refused = await ask('closed')
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    }
    await server.resume()
    await expect.poll(async () => (await ask('closed')).status).toBe(200)
    expect((await ask('closed')).status).toBe(429)
    await expect.poll(async () => (await ask('open')).status).toBe(429)
  })
})
