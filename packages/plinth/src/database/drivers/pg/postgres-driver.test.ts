// @module-tag postgres
import { createServer, type Server, connect as connectSocket, type Socket } from 'node:net'
import { once } from 'node:events'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { type Database, sharedOf } from '../../database.ts'
import { runIsolated } from '../../../http/request-scope.ts'
import { postgresError } from '../../postgres-error.ts'
import { PostgresDriver } from './postgres-driver.ts'
import { child } from '../../../../test/support/child.ts'
import { failure } from '../../../../test/support/database-contract/tables.ts'
import { transaction } from '../../transaction.ts'
import { testServer } from '../../../../test/support/postgres/test-server.ts'
import { freePort } from '../../../../../../scripts/test/free-port.ts'

const test = testServer('create table notes (id int primary key)')
const { connect } = test
const connections = (db: Database): Promise<number> =>
  (sharedOf(db, 'the test').driver as PostgresDriver).connections()
const pid = async (db: Database): Promise<unknown> =>
  (await db.execute('select pg_backend_pid() as pid')).rows[0]?.['pid']
const killOthers = (): PromiseLike<unknown> =>
  test.admin.execute(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
const unavailable = { status: 503, code: 'PLINTH_DATABASE_UNAVAILABLE' }
const busy = { status: 503, code: 'PLINTH_DATABASE_BUSY' }

/** Listens on a free local port, and treats connections as instructed. */
async function listen(
  handle: (socket: Socket) => void,
  port = 0,
): Promise<Server & { port: number }> {
  const sockets = new Set<Socket>()
  const listening = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    handle(socket)
  }).listen(port, '127.0.0.1')
  await once(listening, 'listening')
  test.closing({ close: () => (listening.close(), sockets.forEach((socket) => socket.destroy())) })
  const address = listening.address()
  return Object.assign(listening, {
    port: typeof address === 'object' && address !== null ? address.port : 0,
  })
}
const forward = (socket: Socket): void => {
  const onward = connectSocket(test.server.port, '127.0.0.1')
  onward.on('error', () => socket.destroy())
  socket.pipe(onward).pipe(socket)
}
const at = (port: number): string => test.server.url.replace(`:${test.server.port}/`, `:${port}/`)

describe('a connection', () => {
  it('is acquired by the first statement of a transaction, not earlier', async () => {
    const db = connect()
    const opened = transaction(db)
    const tx = (await opened.next()).value!
    expect(await connections(db)).toBe(0)
    await tx.execute('select 1')
    expect(await connections(db)).toBe(1)
    await opened.next()
  })

  it('is kept after a statement failed', async () => {
    const db = connect({ max: 1 })
    const before = await pid(db)
    await failure(db.execute('select 1 / 0'))
    await failure(db.transaction((tx) => tx.execute('select 1 / 0')))
    expect(await pid(db)).toBe(before)
  })

  it('fails its transaction when it is killed, and the process survives', async () => {
    const { code, output } = await child(
      `const db = database('${test.server.url}')
      const other = database('${test.server.url}')
      for (let i = 0; i < 5; i++) {
        const opened = transaction(db)
        const tx = (await opened.next()).value
        const { rows } = await tx.execute('select pg_backend_pid() as pid')
        await runIsolated(() => other.execute('select pg_terminate_backend(' + rows[0].pid + ')'))
        const error = await tx.execute('select 1').then(() => 'none', (error) => error)
        const mapped = postgresError(error) ?? error
        console.log(mapped.status, mapped.code)
        await opened.throw(error).catch(() => {})
      }
      console.log((await db.execute('select 1 as a')).rows)
      await db.close()
      await other.close()`,
      {
        transaction: 'database/transaction.ts',
        postgresError: 'database/postgres-error.ts',
        runIsolated: 'http/request-scope.ts',
      },
    ).ended()
    expect(output.trim().split('\n')).toEqual([
      ...Array(5).fill('503 PLINTH_DATABASE_UNAVAILABLE'),
      '[ { a: 1 } ]',
    ])
    expect(code).toBe(0)
  })

  it('fails the commit when it is killed before it', async () => {
    const opened = transaction(connect())
    const tx = (await opened.next()).value!
    await tx.execute('insert into notes values (1)')
    await runIsolated(killOthers)
    const error = await failure(opened.next())
    expect(postgresError(error) ?? error).toMatchObject(unavailable)
    expect(await runIsolated(() => test.admin.execute('select * from notes'))).toMatchObject({
      rowCount: 0,
    })
  })

  it('fails no request when the server closed it while it was idle', async () => {
    const db = connect()
    await Promise.all(Array.from({ length: 10 }, () => db.execute('select pg_sleep(0.05)')))
    expect(await connections(db)).toBe(10)
    await killOthers()
    // The pool drops a connection when it has read that the server closed it.
    await expect.poll(() => connections(db)).toBe(0)
    const results = await Promise.all(
      Array.from({ length: 200 }, () => db.execute('select 1 as a')),
    )
    expect(results.every(({ rows }) => rows[0]?.['a'] === 1)).toBe(true)
  })

  it('is a 503 when the wait is too long, and works once one is free', async () => {
    const db = connect({ max: 2, acquireTimeout: 1500 })
    const all = await Promise.all(
      Array.from({ length: 6 }, () =>
        db.execute('select pg_sleep(4)').then(
          () => 'done',
          (error) => error as Error,
        ),
      ),
    )
    expect(all.filter((one) => one === 'done')).toHaveLength(2)
    for (const error of all.filter((one) => one !== 'done')) expect(error).toMatchObject(busy)
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    expect(await connections(db)).toBe(2)
  })
})

describe('a statement', () => {
  it('is a 503 when it takes too long, and is canceled on the server', async () => {
    const db = connect({ queryTimeout: 2000 })
    expect(await failure(db.execute('select pg_sleep(60), 4711'))).toMatchObject(busy)
    const running = () =>
      test.admin.execute(
        `select 1 from pg_stat_activity where query like '%4711%' and state = 'active' and pid <> pg_backend_pid()`,
      )
    await expect.poll(async () => (await running()).rowCount).toBe(0)
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
  })

  it('is canceled when its transaction is abandoned', async () => {
    const db = connect()
    const opened = transaction(db)
    const tx = (await opened.next()).value!
    await tx.execute('select 1')
    const running = failure(tx.execute('select pg_sleep(60)'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await failure(opened.throw(new Error('given up')))
    expect(postgresError(await running)).toMatchObject(busy)
  })

  it('makes one of two conflicting transactions a 409', async () => {
    const db = connect()
    await db.execute('insert into notes values (10)')
    const level = { isolationLevel: 'serializable' } as const
    let readers = 0
    const bothHaveRead = Promise.withResolvers<void>()
    const both = [20, 30].map((to) =>
      runIsolated(() =>
        db.transaction(async (tx) => {
          await tx.execute('select * from notes')
          if ((readers += 1) === 2) bothHaveRead.resolve()
          await bothHaveRead.promise
          await tx.execute(sql`update notes set id = ${to} where id = 10`)
        }, level),
      ),
    )
    const lost = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected')
    expect(lost).toHaveLength(1)
    expect(postgresError((lost[0] as PromiseRejectedResult).reason)).toMatchObject({
      status: 409,
      code: 'PLINTH_SERIALIZATION_FAILURE',
    })
  })
})

describe('a server', () => {
  it('is waited for while it starts', async () => {
    const port = await freePort()
    const db = connect({}, at(port))
    const waiting = db.execute('select 1 as a')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await listen(forward, port)
    expect((await waiting).rows).toEqual([{ a: 1 }])
  })

  it('is retried when it hangs up first, as a starting server does', async () => {
    let hungUp = 0
    const { port } = await listen((socket) => {
      if (hungUp >= 3) return forward(socket)
      hungUp += 1
      socket.destroy()
    })
    expect((await connect({}, at(port)).execute('select 1 as a')).rows).toEqual([{ a: 1 }])
    expect(hungUp).toBe(3)
  })

  it('is a 503 when it accepts the connection and never responds', async () => {
    const { port } = await listen(() => {})
    const db = connect({ connectTimeout: 300 }, at(port))
    expect(await failure(db.execute('select 1'))).toMatchObject(unavailable)
  })

  it('is a 503 when nothing listens, and a clear error at startup', async () => {
    const port = await freePort()
    const db = connect({ connectTimeout: 100 }, at(port))
    expect(await failure(db.execute('select 1'))).toMatchObject(unavailable)
    expect(await failure(db.open())).toMatchObject({
      code: 'PLINTH_DATABASE_UNAVAILABLE',
      message: `The database postgres://postgres@127.0.0.1:${port}/postgres cannot be opened (ECONNREFUSED): nothing listens there: start the server, or correct DATABASE_URL`,
    })
  })

  it('reports a refused login at once, without the password', async () => {
    const wrong = connect({}, test.server.url.replace(':postgres@', ':a-wrong-one@'))
    const error = await failure(wrong.open())
    expect(error.message).toContain('28P01')
    expect(error.message).toContain('the user or the password in DATABASE_URL is wrong')
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('a-wrong-one')
    expect(postgresError(await failure(wrong.execute('select 1')))).toMatchObject(unavailable)
  })

  it('reports a missing database', async () => {
    const missing = connect({}, test.server.url.replace(/postgres$/, 'nothing_here'))
    expect((await failure(missing.open())).message).toContain('no database has this name')
  })
})

describe('close()', () => {
  it('ends every connection, and a later query opens new ones', async () => {
    const db = connect()
    await db.execute('select 1')
    await db.close()
    expect(await connections(db)).toBe(0)
    expect((await db.execute('select 1 as a')).rows).toEqual([{ a: 1 }])
  })

  it('is not required for a script to exit', async () => {
    const { code, output } = await child(
      `console.log((await database('${test.server.url}').execute('select 1 as a')).rows)`,
    ).ended()
    expect([code, output.trim()]).toEqual([0, '[ { a: 1 } ]'])
  })
})
