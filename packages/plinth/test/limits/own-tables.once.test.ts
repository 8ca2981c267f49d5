// @module-tag postgres
// The tables of Plinth's own, in a database whose app may not create tables.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { app, apiKey, database, dependency, router, transaction, type Database } from 'plinth'
import { rateLimit } from 'plinth/limits'
import { migrate } from 'plinth/migrations'
import { testApp } from 'plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'plinth-own-tables-'))
let server: PostgresServer
/** The database of its owner, and of a login that may only use it. */
let owner: Database
let login: Database
beforeAll(async () => {
  mkdirSync(join(folder, '20260101000000_first'))
  writeFileSync(join(folder, '20260101000000_first/migration.sql'), 'create table notes (id int);')
  server = await startPostgres()
  owner = database(server.url)
  await owner.execute(sql.raw(`create role app login password 'a-word'`))
  const url = new URL(server.url)
  Object.assign(url, { username: 'app', password: 'a-word' })
  login = database(url.href)
})
afterAll(async () => {
  await Promise.all([owner?.close(), login?.close()])
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const tables = async (of = owner) =>
  (
    await of.execute(
      sql`select table_name as name from information_schema.tables where table_schema = 'plinth' order by 1`,
    )
  ).rows.map(({ name }) => name)

it('migrate() creates the tables of Plinth that the app uses, without which a login with few rights cannot start', async () => {
  const db = dependency((): Database => login, { scope: 'app' })
  const session = dependency({ db }, ({ db }) => transaction(db))
  const key = apiKey('x-api-key')
  const perKey = rateLimit({ limit: 5, window: '1m', by: key, db })
  const orders = router('/orders')
  const create = orders.post(
    '/',
    { idempotent: { by: key }, dependencies: { key, perKey, tx: session } },
    () => 'made',
  )
  const api = app({ title: 'Orders', routes: { orders: { create } } })
  const start = async () => {
    await using test = testApp(api)
    await test.start()
    const headers = { 'x-api-key': 'k', 'idempotency-key': 'a' }
    const request = new Request('http://test/orders', { method: 'POST', headers })
    return (await test.fetch(request)).status
  }
  // The app is loaded, and was never started.
  await owner.execute('create database other')
  const other = database(new URL('/other', server.url).href)
  await migrate(other, { folder })
  expect(await tables(other)).toEqual(['idempotency_keys', 'rate_limits'])
  await other.close()

  await expect(start()).rejects.toMatchObject({
    code: 'PLINTH_TABLES_MISSING',
    message: expect.stringMatching(/plinth\.\w+ do not exist.*Run plinth db migrate/),
  })
  expect(await tables()).toEqual([])

  await migrate(owner, { folder })
  expect(await tables()).toEqual(['idempotency_keys', 'rate_limits'])
  await expect(start()).rejects.toMatchObject({ code: 'PLINTH_TABLES_MISSING' })

  // as docs/limits.md says
  await owner.execute(sql.raw('grant usage on schema plinth to app'))
  await owner.execute(
    sql.raw('grant select, insert, update, delete on all tables in schema plinth to app'),
  )
  expect(await start()).toBe(200)
  expect((await owner.execute('select from plinth.idempotency_keys')).rows).toHaveLength(1)
})
