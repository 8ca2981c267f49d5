// @module-tag postgres
import { eq, sql } from 'drizzle-orm'
import { boolean, customType, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { database, postgresError, transaction, type Database, type DatabaseOptions } from 'plinth'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type NeonBridge, startNeonBridge, useNeonBridge } from '../support/postgres/neon-bridge.ts'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const Thing = pgTable('things', {
  id: integer().primaryKey(),
  name: text().unique(),
  big: customType<{ data: bigint; driverData: string }>({
    dataType: () => 'bigint',
    fromDriver: BigInt,
  })(),
  at: timestamp({ withTimezone: true }),
  ok: boolean(),
  tags: text().array(),
  data: jsonb(),
  raw: bytes(),
})

let server: PostgresServer
let bridge: NeonBridge
beforeAll(async () => {
  server = await startPostgres()
  bridge = await startNeonBridge()
  useNeonBridge(bridge.port)
  const db = database(server.url)
  await db.execute(
    'create table things (id int primary key, name text unique, big bigint, at timestamptz, ok boolean, tags text[], data jsonb, raw bytea)',
  )
  await db.close()
})
afterAll(async () => {
  await bridge?.close()
  await server?.stop()
})

const open: Database[] = []
const connect = (options: DatabaseOptions = {}): Database => {
  const db = database(server.url, { driver: 'neon', ...options })
  open.push(db)
  return db
}
beforeEach(async () => {
  bridge.away = false
  await connect().execute('truncate things')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((db) => db.close()))
})
const failure = async (running: PromiseLike<unknown>) => {
  const error: unknown = await Promise.resolve(running).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeDefined()
  return postgresError(error) ?? error
}
/** The fields of the Postgres error. */
const cause = async (running: PromiseLike<unknown>): Promise<Record<string, unknown>> => {
  const error = (await Promise.resolve(running).catch((error: unknown) => error)) as Error
  return error.cause as Record<string, unknown>
}
const unavailable = { status: 503, code: 'PLINTH_DATABASE_UNAVAILABLE' }

const row = {
  id: 1,
  name: "it's",
  big: 9_007_199_254_740_993n,
  at: new Date('2026-01-02T03:04:05.678Z'),
  ok: true,
  tags: ['a', 'b,"c'],
  data: { a: [1, null, 'ü'] },
  raw: Buffer.from([0, 1, 255]),
}

describe.each([
  ['HTTP', true],
  ['WebSocket', false],
])('single statements by %s', (_, pipeline) => {
  it('return the same values as pg, whatever their type', async () => {
    const before = bridge.posts
    const db = connect({ pipeline })
    const [made] = await db.insert(Thing).values(row).returning()
    const pg = connect({ driver: 'pg' })
    const expected = await pg.select().from(Thing)
    expect(made).toEqual(expected[0])
    expect(await db.select().from(Thing)).toEqual(expected)
    expect(await db.execute(sql`select * from things where id = ${1}`)).toMatchObject({
      rows: (await pg.execute(sql`select * from things where id = ${1}`)).rows,
      rowCount: 1,
      command: 'SELECT',
    })
    expect(bridge.posts > before).toBe(pipeline)
  })

  it('give the same errors', async () => {
    const db = connect({ pipeline })
    await db.insert(Thing).values({ id: 1, name: 'a' })
    const pg = connect({ driver: 'pg' })
    for (const wrong of [
      (on: Database) => on.insert(Thing).values({ id: 2, name: 'a' }),
      (on: Database) => on.execute('select nothing from nowhere'),
      (on: Database) => on.execute(sql`select ${'x'}::int`),
    ]) {
      const [mine, theirs] = [await cause(wrong(db)), await cause(wrong(pg))]
      expect(mine).toMatchObject({ code: expect.stringMatching(/^(23505|42P01|22P02)$/) })
      for (const part of ['code', 'severity', 'message', 'detail', 'table', 'constraint'])
        expect([part, mine[part]]).toEqual([part, theirs[part]])
    }
    expect(await failure(db.insert(Thing).values({ id: 2, name: 'a' }))).toMatchObject({
      status: 409,
      code: 'PLINTH_UNIQUE_VIOLATION',
    })
  })

  it('end with a 503 after queryTimeout', async () => {
    const db = connect({ pipeline, queryTimeout: 300 })
    expect(await failure(db.execute('select pg_sleep(20)'))).toMatchObject({
      status: 503,
      code: 'PLINTH_DATABASE_BUSY',
    })
  })

  it('do not wait for a row that another statement waits for', async () => {
    const db = connect({ pipeline })
    await db.insert(Thing).values([{ id: 1 }, { id: 2 }])
    const unlock = Promise.withResolvers<void>()
    const isLocked = Promise.withResolvers<void>()
    const locked = connect({ driver: 'pg' }).transaction(async (tx) => {
      await tx.execute('update things set ok = true where id = 1')
      isLocked.resolve()
      await unlock.promise
    })
    await isLocked.promise
    const update = (id: number) => db.update(Thing).set({ ok: false }).where(eq(Thing.id, id))
    let waited = 0
    const waiting = update(1).then(() => waited++)
    await Promise.all([update(2), ...Array.from({ length: 20 }, () => db.select().from(Thing))])
    expect(waited).toBe(0)
    unlock.resolve()
    await Promise.all([locked, waiting])
  })

  it('wait for a database that is waking up', async () => {
    const db = connect({ pipeline })
    bridge.away = true
    setTimeout(() => (bridge.away = false), 500)
    expect(await db.select().from(Thing)).toEqual([])
  })
})

it('several statements in one text are sent by WebSocket', async () => {
  const db = connect()
  const { sockets } = bridge
  expect((await db.execute('select 1 as a; select 2 as b')).rows).toEqual([{ b: 2 }])
  expect(bridge.sockets).toBe(sockets + 1)
})

describe('a transaction', () => {
  it('is committed, or rolled back, on one connection', async () => {
    const db = connect()
    await db.transaction(async (tx) => {
      await tx.insert(Thing).values({ id: 1 })
      expect(await tx.select({ id: Thing.id }).from(Thing)).toEqual([{ id: 1 }])
      // not visible outside: not sent by HTTP
      const seen = await connect({ driver: 'pg' }).execute('select 1 from things')
      expect(seen.rowCount).toBe(0)
    })
    await db
      .transaction(async (tx) => {
        await tx.insert(Thing).values({ id: 2 })
        throw new Error('no')
      })
      .catch(() => {})
    expect(await db.select({ id: Thing.id }).from(Thing)).toEqual([{ id: 1 }])
  })

  it('cancels its running statement when it is aborted', async () => {
    const opened = transaction(connect())
    const tx = (await opened.next()).value!
    await tx.execute('select 1')
    const running = failure(tx.execute('select pg_sleep(20)'))
    await new Promise((resolve) => setTimeout(resolve, 200))
    await opened.throw(new Error('given up')).catch(() => {})
    expect(await running).toMatchObject({ status: 503 })
  })

  it('whose connection dies is a 503, and the next has another', async () => {
    const db = connect()
    const died = db.transaction(async (tx) => {
      await tx.execute('select 1')
      bridge.sleep()
      await tx.insert(Thing).values({ id: 1 })
    })
    expect(await failure(died)).toMatchObject(unavailable)
    await db.transaction((tx) => tx.insert(Thing).values({ id: 2 }))
    expect(await db.select({ id: Thing.id }).from(Thing)).toEqual([{ id: 2 }])
  })

  it('fails none of 100 times after all connections were suspended', async () => {
    const db = connect()
    const all = () =>
      Promise.all(
        Array.from({ length: 100 }, () => db.transaction((tx) => tx.select().from(Thing))),
      )
    await all()
    bridge.sleep()
    expect(await all()).toHaveLength(100)
  })
})

it('a database that is down is an immediate 503, except for the first requests', async () => {
  const db = connect({ connectTimeout: 500 })
  bridge.away = true
  const first = await Promise.all(
    Array.from({ length: 5 }, () => failure(db.transaction((tx) => tx.select().from(Thing)))),
  )
  for (const error of first) expect(error).toMatchObject(unavailable)
  const { posts } = bridge
  for (let i = 0; i < 50; i++)
    expect(await failure(db.transaction((tx) => tx.select().from(Thing)))).toMatchObject(
      unavailable,
    )
  expect(bridge.posts - posts).toBe(0)
  bridge.away = false
  await expect
    .poll(() => db.transaction((tx) => tx.select().from(Thing)).catch(() => 'away'))
    .toEqual([])
})
