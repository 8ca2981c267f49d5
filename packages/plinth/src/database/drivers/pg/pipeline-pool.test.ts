// @module-tag postgres
import { sql } from 'drizzle-orm'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startPostgres,
  type PostgresServer,
} from '../../../../test/support/postgres/postgres-server.ts'
import { database, type Database, type DatabaseOptions } from '../../database.ts'
import { runIsolated } from '../../../http/request-scope.ts'
import { barePipeline } from './pipeline.fixture.ts'
import type { Session } from '../../drizzle/session.ts'

let server: PostgresServer
const open: Database[] = []
const connect = (options: DatabaseOptions): Database => {
  const db = database(server.url, options)
  open.push(db)
  return db
}

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  await Promise.all(open.map((db) => db.close()))
  await server.stop()
})

const number = async (db: Database, n: number): Promise<unknown> =>
  (await db.execute<{ n: number }>(sql`select ${n}::int as n`)).rows[0]?.n

/** Runs a function as another request. */
const apart = <T>(run: () => Promise<T>): Promise<T> => runIsolated(run)

describe.each([true, false])('single statements, pipeline: %s', (pipeline) => {
  it('each get their own result, with many on one connection', async () => {
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

  it('leave a connection to a transaction, even if they never stop', async () => {
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

  it('do not wait for a slow one while another connection is free', async () => {
    const db = connect({ max: 2, pipeline })
    await Promise.all([number(db, 0), number(db, 0)])
    let slowIsDone = false
    const slow = db.execute(sql`select pg_sleep(2)`).then(() => (slowIsDone = true))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await Promise.all(Array.from({ length: 20 }, (_, n) => number(db, n)))).toHaveLength(20)
    expect(slowIsDone).toBe(false)
    await slow
  })

  it('do not wait for one that is known to be slow, even if it has just started', async () => {
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

  it('are 503 when their connection ends, and the next ones use another', async () => {
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

  it('are not disturbed by a COPY that waits for rows, or by too many parameters', async () => {
    const db = connect({ max: 1, pipeline })
    await db.execute(sql`create table if not exists copied (n int)`)
    const many = sql`select ${sql.join(
      Array.from({ length: 65_536 }, (_, n) => sql`${n}`),
      sql`, `,
    )}`
    const [copy, first, params, second, out, third] = await Promise.allSettled([
      db.execute(sql`copy copied from stdin`),
      number(db, 1),
      db.execute(many),
      number(db, 2),
      db.execute(sql`copy copied to stdout`),
      number(db, 3),
    ])
    const refused = { status: 'rejected', reason: { code: 'PLINTH_STATEMENT_REFUSED' } }
    expect([copy, params]).toMatchObject([refused, refused])
    expect([first, second, third]).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }])
    expect(out.status).toBe('fulfilled')
  })

  it('are not disturbed by a parameter that cannot be written', async () => {
    const db = connect({ max: 1, pipeline, queryTimeout: 3000 })
    await number(db, 0)
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const throwing = {
      toPostgres: () => {
        throw new Error('not today')
      },
    }
    const bad = [circular, { big: 1n }, [circular], throwing, Symbol('a')]
    const all = await Promise.allSettled(
      bad.flatMap((value) => [
        db.execute(sql`select ${sql.param(value)}::int as n`),
        number(db, 5),
      ]),
    )
    expect(all.map(({ status }) => status)).toEqual(bad.flatMap(() => ['rejected', 'fulfilled']))
    // Statements on the connection are still counted: one that takes too long is canceled.
    const slow = db.execute(sql`select pg_sleep(30)`)
    await expect(slow).rejects.toMatchObject({ code: 'PLINTH_DATABASE_BUSY' })
  })

  it('keep the names of their statements after a parameter that cannot be written', async () => {
    const db = connect({ max: 1, pipeline, prepare: true })
    const ask = (param: unknown) =>
      db.transaction((tx) =>
        (tx._.session as Session<never>).text(
          {
            text: 'select ($1::jsonb)::text',
            name: 'plinth_kept',
            params: [param],
            arrays: true,
          },
          (text) => text,
        ),
      )
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    await expect(ask(circular)).rejects.toThrow(/circular/)
    expect(await ask({ n: [1, { a: 'b' }] })).toBe('{"n": [1, {"a": "b"}]}')
    expect(await ask({ n: 1 })).toBe('{"n": 1}')
    const { rows } = await db.execute<{ name: string }>(
      sql`select name from pg_prepared_statements where name = 'plinth_kept'`,
    )
    expect(rows).toHaveLength(1)
  })

  it('convert values as `pg` itself does', async () => {
    const db = connect({ max: 1, pipeline })
    const at = new Date('2026-01-02T03:04:05.678Z')
    const { rows } = await db.execute<Record<string, unknown>>(
      sql`select ${sql.param([1, 2])}::int[] as a, ${sql.param([['x"', null]])}::text[][] as b,
        ${sql.param([{ k: "it's" }, { k: '\\"' }])}::jsonb[] as c, ${sql.param(at)}::timestamptz = ${at.toISOString()}::timestamptz as d,
        ${sql.param(Buffer.from('é'))}::bytea = ${'\\xc3a9'}::bytea as e, ${sql.param({ deep: [{}] })}::jsonb as f`,
    )
    expect(rows[0]).toStrictEqual({
      a: [1, 2],
      b: [['x"', null]],
      c: [{ k: "it's" }, { k: '\\"' }],
      d: true,
      e: true,
      f: { deep: [{}] },
    })
  })
})

describe('a connection for single statements', () => {
  it('counts its statements, including one whose parameter cannot be written', async () => {
    const pool = new Pool({ connectionString: server.url, pipeline: true, max: 1 })
    // The connection may end with the server, after the test.
    pool.on('connect', (client) => client.on('error', () => {})).on('error', () => {})
    const ended: number[] = []
    const emptied = (): void => void ended.push(pipeline.sent.length)
    const { pipeline, run } = barePipeline(await pool.connect(), undefined, emptied)
    const ask = (param: unknown) =>
      run({ text: 'select $1::text', params: [param], name: undefined, arrays: true })
    const toPostgres = (): never => {
      throw new Error('not today')
    }
    const all = await Promise.allSettled([{ toPostgres }, 'a', { big: 1n }, 'b'].map(ask))
    expect(all.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(pipeline.sent).toEqual([])
    expect(new Set(ended)).toEqual(new Set([0]))
    pipeline.release()
    await pool.end()
  })
})
