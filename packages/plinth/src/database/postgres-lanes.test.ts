import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type PostgresServer } from '../../test/postgres-server.ts'
import { database, type Database, type DatabaseOptions } from './database.ts'
import { separateFlow } from './flow.ts'

let server: PostgresServer
const open: Database[] = []
const connect = (options: DatabaseOptions): Database => {
  const db = database(server.url, options)
  open.push(db)
  return db
}

beforeAll(async () => {
  server = await startPostgres()
}, 120_000)
afterAll(async () => {
  await Promise.all(open.map((db) => db.close()))
  await server.stop()
})

const number = async (db: Database, n: number): Promise<unknown> =>
  (await db.execute<{ n: number }>(sql`select ${n}::int as n`)).rows[0]?.n

/** Runs something of another request's. */
const apart = <T>(run: () => Promise<T>): Promise<T> => separateFlow(run)

describe.each([true, false])('single statements, pipeline: %s', (pipeline) => {
  it('each get their own answer, however many there are for one connection', async () => {
    const db = connect({ max: 1, pipeline })
    await number(db, 0)
    const all = await Promise.all(Array.from({ length: 200 }, (_, n) => number(db, n)))
    expect(all).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  it('fail alone', async () => {
    const db = connect({ max: 1, pipeline })
    await number(db, 0)
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 0 ? db.execute(sql`select 1 / ${n - n}::int`) : number(db, n),
      ),
    )
    expect(all.map(({ status }) => status === 'fulfilled')).toEqual(
      Array.from({ length: 30 }, (_, n) => n % 3 !== 0),
    )
  })

  it('let a transaction have its connection, although they do not cease', async () => {
    const db = connect({ max: 1, pipeline, acquireTimeout: 5000 })
    const load = { going: true, done: 0 }
    const busy = Array.from({ length: 8 }, () =>
      apart(async () => {
        while (load.going) {
          await number(db, 1)
          load.done++
        }
      }),
    )
    const result = await apart(() =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select 1`)
        return 'committed'
      }),
    )
    const before = load.done
    await expect.poll(() => load.done).toBeGreaterThan(before)
    load.going = false
    await Promise.all(busy)
    expect(result).toBe('committed')
  })

  it('do not wait for a slow one while there is another connection', async () => {
    const db = connect({ max: 2, pipeline })
    await Promise.all([number(db, 0), number(db, 0)])
    let slowIsDone = false
    const slow = db.execute(sql`select pg_sleep(2)`).then(() => (slowIsDone = true))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await Promise.all(Array.from({ length: 20 }, (_, n) => number(db, n)))).toHaveLength(20)
    expect(slowIsDone).toBe(false)
    await slow
  })

  it('do not wait for one that is known to be slow, even if it has only begun', async () => {
    const db = connect({ max: 2, pipeline })
    await Promise.all([number(db, 0), number(db, 0)])
    const ended: string[] = []
    const sleep = () => db.execute(sql`select pg_sleep(1)`)
    await sleep()
    const slow = sleep().then(() => ended.push('slow'))
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => number(db, n).then(() => ended.push('quick'))),
    )
    await slow
    expect(ended).toEqual([...Array<string>(20).fill('quick'), 'slow'])
  })

  it('that were on a connection which ended are 503, and the next have another', async () => {
    const db = connect({ max: 1, pipeline })
    const admin = connect({ max: 1 })
    const { rows } = await db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
    const waiting = Promise.allSettled([
      db.execute(sql`select pg_sleep(30)`),
      apart(() => number(db, 1)),
    ])
    await new Promise((resolve) => setTimeout(resolve, 100))
    await admin.execute(sql`select pg_terminate_backend(${rows[0]?.pid})`)
    const [first] = await waiting
    expect(first.status).toBe('rejected')
    expect(await number(db, 7)).toBe(7)
  })
})
