// @module-tag postgres
import { once } from 'node:events'
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { eq, sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../../../../test/support/database-contract/tables.ts'
import { RawText } from '../../../http/raw-text.ts'
import { runIsolated } from '../../../http/request-scope.ts'
import type { Database } from '../../database.ts'
import { fastPath } from '../../../settings/fast-path.ts'
import { postgresError } from '../../postgres-error.ts'
import type { Session } from '../../drizzle/session.ts'
import { testServer } from '../../../../test/support/postgres/test-server.ts'

const Locked = pgTable('locked', { id: integer().primaryKey(), n: integer().notNull() })
const Other = pgTable('other', { id: integer().primaryKey(), n: integer().notNull() })
const row = { id: 1, n: 7 }
const busy = { status: 503, code: 'PLINTH_DATABASE_BUSY' }

const test = testServer(
  'create table locked (id int primary key, n int not null)',
  'create table other (id int primary key, n int not null)',
  'insert into locked values (1, 0); insert into other values (1, 7)',
)
const { connect } = test
const read = (db: Database) => db.select().from(Other)
const update = (db: Database) =>
  db
    .update(Locked)
    .set({ n: sql`${Locked.n} + 1` })
    .where(eq(Locked.id, 1))
    .then(() => 'updated')
/** Runs both kinds of statements until their connections are there. */
const warm = (db: Database, connections = 4) =>
  Promise.all(Array.from({ length: connections }, () => db.execute('select pg_sleep(0.02)')))

/** Keeps a lock, taken by a statement, until it is told to end. */
async function hold(statement: string) {
  const release = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const ended = runIsolated(() =>
    test.admin.transaction(async (tx) => {
      await tx.execute(statement)
      isHeld.resolve()
      await release.promise
    }),
  )
  test.closing({ close: () => (release.resolve(), ended) })
  await isHeld.promise
  return async () => {
    release.resolve()
    await ended
  }
}
const lockRow = () => hold('update locked set n = n where id = 1')

describe('while a row is locked', () => {
  it.each<[string, (db: Database) => PromiseLike<unknown>]>([
    ['updates', update],
    ['locking reads', (db) => db.select().from(Locked).for('update')],
    ['raw statements', (db) => db.execute('update locked set n = n')],
    [
      'inserts',
      (db) =>
        db
          .insert(Locked)
          .values({ id: 1, n: 1 })
          .onConflictDoUpdate({ target: Locked.id, set: { n: 1 } }),
    ],
  ])('%s wait, and 1,000 reads of another table do not', async (_, wait) => {
    const db = connect()
    await warm(db)
    await read(db)
    const unlock = await lockRow()
    let waited = 0
    const waiting = Promise.all(Array.from({ length: 3 }, async () => (await wait(db), waited++)))
    for (let round = 0; round < 10; round++) {
      const rows = await Promise.all(Array.from({ length: 100 }, () => read(db)))
      expect(rows.flat().map(({ n }) => n)).toEqual(Array(100).fill(7))
    }
    expect(waited).toBe(0)
    await unlock()
    await waiting
  })

  it('a transaction that awaits another caller’s read is not deadlocked', async () => {
    const db = connect()
    await read(db)
    const isLocked = Promise.withResolvers<void>()
    const isWaiting = Promise.withResolvers<void>()
    const transaction = runIsolated(() =>
      db.transaction(async (tx) => {
        await tx.update(Locked).set({ n: 0 })
        isLocked.resolve()
        await isWaiting.promise
        return await runIsolated(async () => await read(db))
      }),
    )
    await isLocked.promise
    const waiting = Promise.all([update(db), update(db), update(db)])
    isWaiting.resolve()
    expect(await transaction).toEqual([{ id: 1, n: 7 }])
    expect(await waiting).toEqual(Array(3).fill('updated'))
  })
})

describe('while a table is locked', () => {
  const lockTable = () => hold('lock table locked')

  it('reads that were sent behind a read of it run on other connections', async () => {
    const db = connect()
    await read(db)
    const unlock = await lockTable()
    let isBlocked = true
    const blocked = db
      .select()
      .from(Locked)
      .then(() => (isBlocked = false))
    // Sent in the same turn, on the same connection.
    const rows = await Promise.all(Array.from({ length: 5 }, () => read(db)))
    expect(rows.flat()).toEqual(Array.from({ length: 5 }, () => row))
    expect(isBlocked).toBe(true)
    await unlock()
    await blocked
  })

  it('a read of it is a 503 in the end, and its cancellation hits no other statement', async () => {
    const db = connect({ queryTimeout: 600 })
    await read(db)
    const unlock = await lockTable()
    const blocked = failure(db.select().from(Locked))
    const neighbors = Array.from({ length: 5 }, () => read(db))
    expect(await blocked).toMatchObject(busy)
    expect((await Promise.all(neighbors)).flat()).toHaveLength(5)
    await unlock()
    expect(await db.select().from(Locked)).toHaveLength(1)
  })
})

/** The most connections on the server that run, or ran last, a statement with a mark, while something goes on. */
async function mostWith(mark: string, during: Promise<unknown>): Promise<number> {
  const state = { isOver: false, most: 0 }
  const end = (): unknown => (state.isOver = true)
  during.then(end, end)
  while (!state.isOver) {
    const { rows } = await test.admin.execute<{ n: number }>(
      sql`select count(*)::int as n from pg_stat_activity where query like ${`%${mark}%`} and pid <> pg_backend_pid()`,
    )
    state.most = Math.max(state.most, rows[0]!.n)
  }
  return state.most
}

describe('queryTimeout', () => {
  it.each([true, false])(
    'ends each of eight statements, with never more than `max` connections (pipeline: %s)',
    async (pipeline) => {
      const db = connect({ queryTimeout: 250, max: 3, pipeline })
      await db.execute('select 1')
      const mark = `eight ${pipeline}`
      const all = Promise.all(
        Array.from({ length: 8 }, () => failure(db.execute(`select pg_sleep(60) as "${mark}"`))),
      )
      expect(await mostWith(mark, all)).toBe(3)
      for (const error of await all) expect(error).toMatchObject(busy)
      expect(await read(db)).toEqual([row])
    },
  )

  it('ends a statement of a transaction, whose connection counts until the server has ended it', async () => {
    const db = connect({ queryTimeout: 250, max: 1 })
    const slow = (): Promise<unknown> =>
      failure(db.transaction((tx) => tx.execute('select pg_sleep(60) as "in a transaction"')))
    const all = Promise.all([slow(), slow(), slow()])
    expect(await mostWith('in a transaction', all)).toBe(1)
    for (const error of await all) expect(postgresError(error) ?? error).toMatchObject(busy)
    expect(await read(db)).toEqual([row])
  })
})

describe('with every connection in use', () => {
  it('reads, writes and transactions are served in the order in which they came', async () => {
    const db = connect({ max: 1 })
    const done: string[] = []
    const release = Promise.withResolvers<void>()
    const isHeld = Promise.withResolvers<void>()
    const first = runIsolated(() =>
      db.transaction(async (tx) => {
        await tx.execute('select 1')
        isHeld.resolve()
        await release.promise
      }),
    )
    await isHeld.promise
    const statements: [string, () => Promise<unknown>][] = [
      ['read', async () => await read(db)],
      ['write', () => update(db)],
      ['transaction', () => db.transaction((tx) => tx.execute('select 1'))],
      ['second read', async () => await read(db)],
      ['third read', async () => await read(db)],
      ['second write', () => update(db)],
    ]
    const all: Promise<unknown>[] = []
    for (const [name, run] of statements) {
      all.push(runIsolated(run).then(() => done.push(name)))
      // A transaction enters the queue a few promises later than a statement.
      await new Promise(setImmediate)
    }
    release.resolve()
    await Promise.all([first, ...all])
    expect(done).toEqual(statements.map(([name]) => name))
  })

  it('reads and writes that wait longer than `acquireTimeout` are a 503', async () => {
    const db = connect({ max: 1, acquireTimeout: 200 })
    const slow = db.execute('select pg_sleep(0.6)').then(() => 'done')
    const late = [read(db), update(db), read(db)].map((waiting) => failure(waiting))
    for (const error of await Promise.all(late)) expect(error).toMatchObject(busy)
    await slow
    expect(await read(db)).toHaveLength(1)
  })
})

describe('a pooler that does not respond once two statements are pipelined', () => {
  let pooler: Awaited<ReturnType<typeof startPooler>>
  beforeEach(async () => {
    pooler = await startPooler()
    test.closing(pooler)
  })

  it('costs no read its result, and pipelining is turned off', async () => {
    const db = connect({ pipeline: true, queryTimeout: 20_000 }, pooler.url)
    await warm(db)
    const all = await Promise.all(Array.from({ length: 50 }, () => read(db)))
    expect(all.flat()).toEqual(Array.from({ length: 50 }, () => row))
    // The silent connections are found out, and from then on there are no new ones.
    await expect.poll(async () => (await read(db), pooler.open())).toBe(0)
    const before = pooler.silenced()
    expect(before).toBeGreaterThan(0)
    for (let round = 0; round < 5; round++)
      await Promise.all(Array.from({ length: 50 }, () => read(db)))
    expect(pooler.silenced()).toBe(before)
  })

  it('is not pipelined with `pipeline: false`, and texts are still not decoded', async () => {
    const db = connect({ pipeline: false }, pooler.url)
    const text = (n: number) =>
      // Drizzle's type of the session has no text()
      (db._.session as unknown as Session<never>).text(
        { text: 'select $1::text', params: [n], name: undefined, arrays: true, reads: true },
        (found) => found,
      )
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => text(n)))
    expect(all.map(String)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`))
    expect(all.every((one) => one instanceof RawText)).toBe(fastPath())
    expect(pooler.silenced()).toBe(0)
  })
})

/** Splits the bytes of one side into messages, and calls back with the type of each. */
function typesOf(skipsFirst: boolean, found: (type: string) => void) {
  let rest = Buffer.alloc(0)
  let isFirst = skipsFirst
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const head = isFirst ? 0 : 1
      if (rest.length < head + 4) return
      const end = head + rest.readUInt32BE(head)
      if (rest.length < end) return
      if (!isFirst) found(String.fromCharCode(rest[0]!))
      isFirst = false
      rest = rest.subarray(end)
    }
  }
}

/** Starts a proxy that stops a connection for good when a second Query or Sync comes before the response to the first. */
async function startPooler() {
  let silenced = 0
  const silent = new Set<Socket>()
  const sockets = new Set<Socket>()
  const listening = createServer((client) => {
    const upstream = connectSocket(test.server.port, '127.0.0.1')
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    client.on('close', () => (silent.delete(client), upstream.destroy()))
    upstream.on('close', () => client.destroy())
    let asked = 0
    const count = typesOf(true, (type) => {
      if (!'QS'.includes(type) || ++asked < 2 || silent.has(client)) return
      silent.add(client)
      silenced++
    })
    const answered = typesOf(false, (type) => {
      if (type === 'Z') asked = 0
    })
    client.on('data', (bytes) => (count(bytes), silent.has(client) || upstream.write(bytes)))
    upstream.on('data', (bytes) => (answered(bytes), silent.has(client) || client.write(bytes)))
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  return {
    url: test.server.url.replace(`:${test.server.port}/`, `:${port}/`),
    silenced: () => silenced,
    /** The number of connections that were stopped and are still open. */
    open: () => silent.size,
    close: () => (listening.close(), sockets.forEach((socket) => socket.destroy())),
  }
}
