// @module-tag postgres
import { once } from 'node:events'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import { pgTable, integer } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type PostgresServer,
  startPostgres,
} from '../../../test/support/postgres/postgres-server.ts'
import { probing } from '../../http/request-scope.ts'
import { type Database, database, type DatabaseOptions } from '../database.ts'
import { failure } from '../../../test/support/database-contract/tables.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ resumable: true })
})
afterAll(() => server?.stop())

const open: { close(): unknown }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

type How = 'forward' | 'refuse' | 'hang' | 'freeze'

/** A proxy in front of the server that treats connections as instructed, and counts them. */
async function gate() {
  let how: How = 'forward'
  let taken = 0
  let stuck = 0
  const sockets = new Set<Socket>()
  const listening = createServer((socket) => {
    taken += 1
    sockets.add(socket.on('error', () => {}))
    if (how === 'refuse') return void socket.destroy()
    if (how === 'hang') {
      stuck += 1
      return void socket.resume().on('close', () => (stuck -= 1))
    }
    const onward = connectSocket(server.port, '127.0.0.1').on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
    onward.on('data', (bytes) => how === 'freeze' || socket.write(bytes))
    socket.on('data', (bytes) => onward.write(bytes))
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const cut = (): void => sockets.forEach((socket) => socket.destroy())
  open.push({ close: () => (listening.close(), cut()) })
  const { port } = listening.address() as { port: number }
  return {
    url: server.url.replace(`:${server.port}/`, `:${port}/`),
    set: (next: How) => (how = next),
    cut,
    /** The number of connections that hang. */
    get stuck() {
      return stuck
    },
    get taken() {
      return taken
    },
  }
}

const connect = (url: string, options: DatabaseOptions = {}): Database => {
  const db = database(url, options)
  open.push(db)
  return db
}
const unavailable = {
  status: 503,
  code: 'PLINTH_DATABASE_UNAVAILABLE',
  headers: { 'retry-after': '2' },
}
const ask = (db: Database) => db.execute('select 1 as a').then(({ rows }) => rows)
const Counter = pgTable('counters', { id: integer().primaryKey(), value: integer().notNull() })

/** Milliseconds in which a busy machine makes a connection. */
const connectTimeout = 2500

describe.each(['refuse', 'hang'] as const)('a server that is away (%s)', (how) => {
  it('delays only the first requests, and fails later ones at once until it is back', async () => {
    const door = await gate()
    door.set(how)
    const db = connect(door.url, { connectTimeout, max: 2 })
    // More requests than connections: those in the queue fail together with the first.
    const first = await Promise.all(Array.from({ length: 20 }, () => failure(ask(db))))
    for (const error of first) expect(error).toMatchObject(unavailable)
    const { taken } = door
    const next = []
    for (let i = 0; i < 200; i++) next.push(await failure(ask(db)))
    for (const error of next) expect(error).toMatchObject(unavailable)
    // 200 requests in a row, each of which would have waited for seconds and made connections.
    expect(door.taken - taken).toBeLessThan(10)
    door.set('forward')
    if (how === 'hang') door.cut()
    await expect.poll(() => ask(db).catch(() => 'away')).toEqual([{ a: 1 }])
    const after = await Promise.all(Array.from({ length: 50 }, () => ask(db)))
    expect(after).toEqual(Array.from({ length: 50 }, () => [{ a: 1 }]))
  })

  it('is tried by health probes, and the first success closes the circuit', async () => {
    const door = await gate()
    door.set(how)
    const db = connect(door.url, { connectTimeout, max: 2 })
    expect(await failure(ask(db))).toMatchObject(unavailable)
    const { taken } = door
    expect(await failure(probing(() => ask(db)))).toMatchObject(unavailable)
    expect(door.taken).toBeGreaterThan(taken)
    door.set('forward')
    expect(await probing(() => ask(db))).toEqual([{ a: 1 }])
    expect(await ask(db)).toEqual([{ a: 1 }])
  })

  it('fails no request if it wakes in time', async () => {
    const door = await gate()
    door.set(how)
    const db = connect(door.url)
    const waiting = Promise.all(Array.from({ length: 30 }, () => ask(db)))
    setTimeout(() => (door.set('forward'), how === 'hang' && door.cut()), 700)
    expect(await waiting).toHaveLength(30)
  })
})

describe('a server whose connections hang for a while', () => {
  it('responds once it is back: no caller waits for an attempt that is stuck', async () => {
    const door = await gate()
    door.set('hang')
    // Both places of the pool are taken by attempts that never end.
    const db = connect(door.url, { connectTimeout: 100_000, acquireTimeout: 100_000, max: 2 })
    const waiting = Promise.all(Array.from({ length: 10 }, () => ask(db)))
    await expect.poll(() => door.taken).toBe(2)
    // Then a probe hangs too.
    await expect.poll(() => door.taken).toBeGreaterThan(2)
    door.set('forward')
    expect(await waiting).toEqual(Array.from({ length: 10 }, () => [{ a: 1 }]))
    await expect.poll(() => door.stuck).toBe(0)
  })
})

describe('a server that was stopped and started', () => {
  it('causes 503 responses while it is away, and loses nothing it had acknowledged', async () => {
    const db = connect(server.url, { connectTimeout })
    await db.execute('create table notes (id int primary key)')
    const known: number[] = []
    const statuses = new Set<unknown>()
    const ended = new AbortController()
    const writer = async (from: number): Promise<void> => {
      for (let id = from; !ended.signal.aborted; id += 4) {
        await db.execute(sql`insert into notes values (${id})`).then(
          () => known.push(id),
          (error: { status?: number; cause?: { code: string } }) =>
            statuses.add(error.status ?? error.cause?.code),
        )
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    const writers = [1, 2, 3, 4].map(writer)
    await expect.poll(() => known.length).toBeGreaterThan(50)
    await server.halt()
    await expect.poll(() => ask(db).catch((error) => error.status)).toBe(503)
    const before = known.length
    await server.resume()
    await expect.poll(() => known.length).toBeGreaterThan(before + 50)
    ended.abort()
    await Promise.all(writers)
    // 57P01: sent while the server shut down.
    expect([...statuses].filter((status) => status !== 503 && status !== '57P01')).toEqual([])
    const { rows } = await db.execute('select id from notes')
    const ids = new Set(rows.map((row) => row['id']))
    expect(known.filter((id) => !ids.has(id))).toEqual([])
  })
})

describe('a connection that dies under a statement', () => {
  it('is invisible to reads, and a write is done at most once', async () => {
    const door = await gate()
    const db = connect(door.url, { max: 3 })
    await db.execute('create table counters (id int primary key, value int not null)')
    await db.insert(Counter).values({ id: 1, value: 0 })
    // A connection for each: a write never shares one.
    await Promise.all([db.execute('select pg_sleep(0.05)'), db.execute('select pg_sleep(0.05)')])
    // From now on nothing comes back, and then the connection breaks: the server did what was sent.
    door.set('freeze')
    const reading = db.select().from(Counter)
    const read = reading.then((rows) => rows)
    const write = failure(db.update(Counter).set({ value: sql`value + 1` }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    door.set('forward')
    door.cut()
    expect(await read).toMatchObject([{ id: 1 }])
    expect(await write).toMatchObject(unavailable)
    expect(await db.select().from(Counter)).toEqual([{ id: 1, value: 1 }])
  })

  it('fails a transaction, even one that only reads', async () => {
    const door = await gate()
    const db = connect(door.url)
    const error = await failure(
      db.transaction(async (tx) => {
        await tx.execute('select 1')
        door.cut()
        await tx.select().from(Counter)
      }),
    )
    expect(error).toMatchObject(unavailable)
  })

  it('fails none of 1,000 requests if it happened while they were idle', async () => {
    const door = await gate()
    const db = connect(door.url)
    await Promise.all(Array.from({ length: 10 }, () => db.execute('select pg_sleep(0.05)')))
    door.cut()
    const rows = await Promise.all(Array.from({ length: 1000 }, () => db.select().from(Counter)))
    expect(rows).toHaveLength(1000)
  })
})
