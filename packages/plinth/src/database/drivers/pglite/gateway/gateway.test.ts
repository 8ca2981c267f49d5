import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { Client, type Notification } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { databaseContract } from '../../../../../test/support/database-contract/database.ts'
import { database, type Database } from '../../../database.ts'
import { findGateway } from './gateway-file.ts'
import { shareEmbeddedDatabases } from './sharing.ts'

const root = mkdtempSync(join(tmpdir(), 'plinth-gateway-'))
const directory = join(root, 'dev')
let app: Database
let url: string
const clients = new Set<Client>()
beforeAll(async () => {
  shareEmbeddedDatabases('a secret of this test')
  app = database(`pglite:${directory}`, { acquireTimeout: 30_000 })
  await app.execute('create table log (who text primary key)')
  url = findGateway(directory)?.url ?? ''
})
afterEach(() => void vi.useRealTimers())
afterAll(async () => {
  for (const client of clients) await client.end().catch(() => {})
  await app?.close()
  rmSync(root, { recursive: true, force: true })
})

databaseContract('an embedded database that another process shares', async () => database(url))

async function client(text = url): Promise<Client> {
  const made = new Client(text)
  made.on('error', () => {})
  await made.connect()
  clients.add(made)
  return made
}
const rows = async (text: string): Promise<unknown[]> => (await app.execute(text)).rows
const who = (): Promise<unknown[]> => rows('select who from log order by who')
/** Lets seconds pass for the gateway until something has happened. */
async function asTimePasses<T>(work: Promise<T>): Promise<T> {
  const state = { isOver: false }
  const over = work.finally(() => (state.isOver = true))
  while (!state.isOver) {
    vi.advanceTimersByTime(1000)
    await new Promise(setImmediate)
  }
  return await over
}
const failed = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )

describe('transactions through the gateway', () => {
  it('keep the app out until they end, and are not undone by it', async () => {
    const one = await client()
    await one.query('begin')
    await one.query("insert into log values ('client')")
    const written = app.execute("insert into log values ('app')")
    await one.query('rollback')
    await written
    expect(await who()).toEqual([{ who: 'app' }])
    const inside = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const transaction = app.transaction(async (tx) => {
      await tx.execute("insert into log values ('undone')")
      inside.resolve()
      await release.promise
      throw new Error('rolled back')
    })
    await inside.promise
    const sent = one.query("insert into log values ('kept') returning (select count(*) from log)")
    release.resolve()
    await expect(transaction).rejects.toThrow('rolled back')
    expect((await sent).rows).toEqual([{ count: '1' }])
    expect(await who()).toEqual([{ who: 'app' }, { who: 'kept' }])
    await app.execute('truncate log')
  })

  it('are rolled back when the client goes away, also after an error and within a pipeline', async () => {
    for (const leave of [
      "insert into log values ('gone')",
      "insert into log values ('gone'); select 1/0",
    ]) {
      const one = await client()
      await one.query('begin')
      await failed(one.query(leave))
      one.connection.stream.destroy()
      expect(await who()).toEqual([])
    }
    const one = await client()
    const socket = one.connection.stream
    await one.query('begin')
    // Parse with an error, and no Sync: Postgres skips what follows.
    socket.write(Buffer.from([0x50, 0, 0, 0, 12, 0, ...Buffer.from('oops\0'), 0, 0]))
    socket.write(Buffer.from([0x48, 0, 0, 0, 4]))
    await once(one, 'error')
    socket.destroy()
    expect(await who()).toEqual([])
  })

  it('are ended once others have waited five seconds for a client that does nothing', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const one = await client()
    await one.query('begin')
    await one.query("insert into log values ('idle')")
    expect(await asTimePasses(who())).toEqual([])
    expect(await failed(one.query('select 1'))).toBeInstanceOf(Error)
  })

  it('may stay open for as long as no other client waits', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const one = await client()
    await one.query('begin')
    vi.advanceTimersByTime(3_600_000)
    expect((await one.query('select 1 as a')).rows).toEqual([{ a: 1 }])
    await one.query('rollback')
  })
})

describe('a client of the gateway', () => {
  it('gets errors with SQLSTATE, position and constraint', async () => {
    const one = await client()
    expect(await failed(one.query('select * from nowhere'))).toMatchObject({
      code: '42P01',
      position: '15',
    })
    await one.query("insert into log values ('twice')")
    expect(await failed(one.query("insert into log values ('twice')"))).toMatchObject({
      code: '23505',
      constraint: 'log_pkey',
      table: 'log',
    })
    await one.query('truncate log')
  })

  it('has prepared statements of its own, which survive those of others', async () => {
    const [one, two] = [await client(), await client()]
    const prepared = (text: string) => ({ name: 'p', text, values: [1] })
    expect((await one.query(prepared('select $1::int + 1 as a'))).rows).toEqual([{ a: 2 }])
    expect((await two.query(prepared('select $1::int + 2 as a'))).rows).toEqual([{ a: 3 }])
    await two.query('deallocate all')
    expect((await one.query(prepared('select $1::int + 1 as a'))).rows).toEqual([{ a: 2 }])
    await one.query('prepare q as select 1 as a')
    await two.query('prepare q as select 2 as a')
    expect((await one.query('execute q')).rows).toEqual([{ a: 1 }])
    await two.end()
    expect((await one.query('execute q')).rows).toEqual([{ a: 1 }])
    expect(await failed(one.query('execute r'))).toMatchObject({
      code: '26000',
      message: 'prepared statement "r" does not exist',
    })
    await one.end()
    expect(await rows('select name from pg_prepared_statements')).toEqual([])
  })

  it('has settings and a role of its own', async () => {
    await app.execute('create role reader; grant usage on schema public to reader')
    const [one, two] = [
      await client(`${url}?options=-c%20search_path%3Dpg_catalog`),
      await client(),
    ]
    await two.query('set role reader')
    await two.query("select set_config('app.user', 'ann', false)")
    const seen = "select current_user as u, current_setting('search_path') as p"
    expect((await one.query(seen)).rows).toEqual([{ u: 'postgres', p: 'pg_catalog' }])
    expect((await two.query(seen)).rows).toEqual([{ u: 'reader', p: 'public' }])
    expect(await rows(seen)).toEqual([{ u: 'postgres', p: 'public' }])
    expect(await failed(two.query('select * from log'))).toMatchObject({ code: '42501' })
    await one.query('discard all')
    expect((await one.query(seen)).rows).toEqual([{ u: 'postgres', p: 'pg_catalog' }])
    await two.query('reset search_path')
    expect((await two.query("select current_setting('app.user') as user")).rows).toEqual([
      { user: 'ann' },
    ])
    await two.query('begin; set search_path to pg_catalog')
    await two.end()
    expect(await rows(seen)).toEqual([{ u: 'postgres', p: 'public' }])
  })

  it('reads a large result in parts, while it takes them', async () => {
    const one = await client()
    const text = "select i, repeat('x', 2000) as x from generate_series(1, 30000) i"
    const { rows: read, rowCount, command } = await one.query<{ i: number }>(text)
    expect([read.length, rowCount, command, read.at(-1)?.i]).toEqual([
      30_000,
      30_000,
      'SELECT',
      30_000,
    ])
    const prepared = await one.query({ name: 'big', text: `${text} where i > $1`, values: [1] })
    expect(prepared.rowCount).toBe(29_999)
    // It stops reading: the gateway reads no more rows, and the app gets its turn.
    vi.useFakeTimers({ toFake: ['setInterval'] })
    // Without TLS, the stream is the socket.
    const stream = one.connection.stream as Socket
    const before = stream.bytesRead
    stream.pause()
    const abandoned = failed(one.query(text))
    await expect.poll(() => stream.bytesRead).toBeGreaterThan(before)
    expect(await asTimePasses(rows('select 1 as a'))).toEqual([{ a: 1 }])
    stream.resume()
    expect(await abandoned).toBeInstanceOf(Error)
  })

  it('copies in and out', async () => {
    const one = await client()
    await one.query('create table pairs (a int, b text)')
    expect(await copyIn(one, 'copy pairs from stdin', ['1\tone\n2\tt', 'wo\n'])).toBe('COPY 2')
    expect(await copyIn(one, 'copy pairs (b, a) from stdin csv', ['"x,y",3\n'])).toBe('COPY 1')
    expect(await copyIn(one, 'copy pairs from stdin', ['x\n'])).toContain('22P02')
    expect(await rows('select * from pairs order by a')).toEqual([
      { a: 1, b: 'one' },
      { a: 2, b: 'two' },
      { a: 3, b: 'x,y' },
    ])
    await one.query('begin')
    expect(await copyIn(one, 'copy pairs from stdin', ['4\tfour\n'])).toBe('COPY 1')
    await one.query('rollback')
    expect((await one.query('copy pairs to stdout')).rowCount).toBe(3)
    await one.query('drop table pairs')
  })

  it('lets others in after it prepared a statement and sent no Sync', async () => {
    const one = await client()
    const { connection } = one
    const isReady = Promise.withResolvers<void>()
    const query = {
      submit: () => {
        connection.parse({ name: 'flushed', text: 'select 1 as a', types: [] }, true)
        connection.flush()
      },
      handleReadyForQuery: () => isReady.resolve(),
      handleError: () => isReady.reject(new Error('it failed')),
    }
    one.query(query as never)
    await once(connection, 'parseComplete')
    expect(await rows('select 1 as a')).toEqual([{ a: 1 }])
    connection.sync()
    await isReady.promise
    expect((await one.query('select 2 as a')).rows).toEqual([{ a: 2 }])
  })

  it('is notified of what the app and others send', async () => {
    const [one, two] = [await client(), await client()]
    const heard: Notification[] = []
    one.on('notification', (message) => heard.push(message))
    await one.query('listen news')
    await two.query('listen other; unlisten news')
    await app.execute("notify news, 'from the app'")
    await two.query("select pg_notify('news', 'from a client')")
    await one.query('select 1')
    expect(heard.map(({ payload }) => payload)).toEqual(['from the app', 'from a client'])
    await one.query('unlisten *')
    await two.query("notify news, 'late'")
    await one.query('select 1')
    expect(heard).toHaveLength(2)
  })

  it('can cancel a statement that waits for the app', async () => {
    const [one, two] = [await client(), await client()]
    await two.query('begin; select 1')
    const state = { isOver: false }
    const waiting = failed(one.query('select 1')).finally(() => (state.isOver = true))
    const { processID, secretKey } = one as unknown as { processID: number; secretKey: number }
    const { port } = new URL(url)
    const request = Buffer.alloc(16)
    for (const [at, value] of [16, 80_877_102, processID, secretKey].entries())
      request.writeInt32BE(value, at * 4)
    // One that arrives before the statement cancels nothing.
    while (!state.isOver)
      await once(connect(Number(port), '127.0.0.1').end(request).resume(), 'close')
    expect(await waiting).toMatchObject({ code: '57014' })
    await two.query('commit')
    expect((await one.query('select 1 as a')).rows).toEqual([{ a: 1 }])
  })

  it('is told what an embedded database cannot do', async () => {
    const one = await client()
    const { message, code } = (await failed(one.query('create temp table t (a int)'))) as Error & {
      code: string
    }
    expect([code, message]).toEqual(['0A000', expect.stringContaining('add ON COMMIT DROP')])
    await one.query('begin; create temp table t (a int) on commit drop; commit')
  })
})

describe('the gateway', () => {
  it('refuses another password, another user and another database', async () => {
    const other = new URL(url)
    other.password = 'another'
    expect(await failed(client(other.href))).toMatchObject({ code: '28P01' })
    const user = new URL(url)
    user.username = 'ann'
    expect(await failed(client(user.href))).toMatchObject({ code: '28P01' })
    expect(await failed(client(`${url}s`))).toMatchObject({ code: '3D000' })
    expect(await failed(client(`${url}?sslmode=require&uselibpqcompat=true`))).toBeInstanceOf(Error)
  })

  it('listens on this machine only, and keeps its password in a file of its user', () => {
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect(statSync(`${directory}.gateway`).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['TLS', Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0])],
    ['nothing useful', Buffer.alloc(64, 1)],
  ])('closes a connection that speaks %s', async (_, bytes) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {}).resume()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(bytes)
    await closed
    expect(await rows('select 1 as a')).toEqual([{ a: 1 }])
  })

  it('ends with the database, rolls back, and returns on the same address', async () => {
    const one = await client()
    await one.query('begin')
    await one.query("insert into log values ('closing')")
    const ended = new Promise<Error & { code?: string }>((resolve) => one.on('error', resolve))
    await app.close()
    expect(await ended).toMatchObject({ code: '57P01' })
    expect(findGateway(directory)).toBeUndefined()
    expect(await who()).toEqual([])
    expect(findGateway(directory)?.url).toBe(url)
    const again = await client()
    expect((await again.query('select 1 as a')).rows).toEqual([{ a: 1 }])
  })
})

/** Sends COPY … FROM STDIN with its data. Returns the command tag, or the SQLSTATE of the error. */
async function copyIn(one: Client, text: string, data: readonly string[]): Promise<string> {
  // pg's types leave out its methods for COPY.
  const connection = one.connection as typeof one.connection & {
    sendCopyFromChunk(chunk: Buffer): void
    endCopyFrom(): void
  }
  const result = Promise.withResolvers<string>()
  const query = {
    text,
    submit: () => connection.query(text),
    handleCopyInResponse: () => {
      for (const part of data) connection.sendCopyFromChunk(Buffer.from(part))
      connection.endCopyFrom()
    },
    handleError: (error: { code: string }) => result.resolve(error.code),
    handleCommandComplete: (message: { text: string }) => result.resolve(message.text),
    handleReadyForQuery: () => {},
  }
  one.query(query as never)
  return await result.promise
}
