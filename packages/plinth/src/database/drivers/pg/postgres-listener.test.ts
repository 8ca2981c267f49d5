// @module-tag postgres
import { createServer, connect, type Socket } from 'node:net'
import { channel, gap } from 'plinth'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import * as z from 'zod'
import { startPgbouncer } from '../../../../test/support/postgres/pgbouncer.ts'
import {
  type PostgresServer,
  startPostgres,
} from '../../../../test/support/postgres/postgres-server.ts'
import { database, type Database } from '../../database.ts'
import { sharedOf } from '../../database.ts'
import { ListenConnection } from './listen-connection.ts'
import { PostgresListener } from './postgres-listener.ts'

let server: PostgresServer
let admin: Database
beforeAll(async () => {
  server = await startPostgres({ resumable: true })
  admin = database(server.url)
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await admin?.close()
  await server?.stop()
})

const numbers = channel('numbers', z.int())
const open = (url = server.url): Database => {
  const db = database(url, { connectTimeout: 60_000 })
  onTestFinished(() => db.close())
  return db
}
const listening = async (): Promise<number[]> => {
  const { rows } = await admin.execute<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'plinth listen'`,
  )
  return (rows as { pid: number }[]).map(({ pid }) => pid)
}

it('one connection listens for all subscriptions of a process, and it is closed without any', async () => {
  const db = open()
  expect(await listening()).toEqual([])
  const letters = channel('letters', z.string())
  const all = [
    ...Array.from({ length: 10 }, (_, n) => numbers.subscribe(db, `${n}`)),
    ...Array.from({ length: 10 }, () => letters.subscribe(db, 'k')),
  ]
  await Promise.all(all.map(({ ready }) => ready))
  expect(await listening()).toHaveLength(1)
  for (const one of all) await one.return()
  await expect.poll(listening).toEqual([])
  const again = numbers.subscribe(db, 'k')
  await again.ready
  expect(await listening()).toHaveLength(1)
  await db.close()
  await expect.poll(listening).toEqual([])
})

it('after a lost connection subscribers hear of the gap first, and then of everything again', async () => {
  const db = open()
  const some = numbers.subscribe(db, 'k', { gaps: true })
  const none = numbers.subscribe(db, 'k')
  await Promise.all([some.ready, none.ready])
  const failing = expect(none.next()).rejects.toMatchObject({ code: 'PLINTH_CHANNEL_GAP' })
  const [pid] = await listening()
  await admin.execute(`select pg_terminate_backend(${pid})`)
  expect((await some.next()).value).toBe(gap)
  await failing
  await numbers.publish(db, 'k', 7)
  expect((await some.next()).value).toBe(7)
})

it('a server that restarts is a gap, and the app does not notice otherwise', async () => {
  const db = open()
  const messages = numbers.subscribe(db, 'k', { gaps: true })
  await messages.ready
  await server.halt()
  await server.resume()
  expect((await messages.next()).value).toBe(gap)
  await numbers.publish(db, 'k', 1)
  expect((await messages.next()).value).toBe(1)
})

it('a receiver that leaves while the server is away does not wait for the next attempt to connect', async () => {
  const attempts = vi.spyOn(ListenConnection, 'open')
  onTestFinished(() => attempts.mockRestore())
  const { driver } = sharedOf(open(), 'test')
  const leave = await driver.listen('news', { message: () => {}, gap: () => {}, ended: () => {} })
  await server.halt()
  onTestFinished(() => server.resume())
  // the pauses have grown to a second and more
  await expect.poll(() => attempts.mock.results.length, { timeout: 60_000 }).toBeGreaterThan(5)
  const { length } = attempts.mock.results
  await expect(attempts.mock.results.at(-1)?.value).rejects.toThrow()
  await leave()
  expect(attempts.mock.results).toHaveLength(length)
})

it('a connection that is half open, and reports nothing, is replaced', async () => {
  const sockets: Socket[] = []
  let isStuck = false
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    for (const socket of [client, upstream]) socket.on('error', () => {})
    sockets.push(client, upstream)
    const wasStuck = isStuck
    client.on('data', (data) => void (isStuck === wasStuck && upstream.write(data)))
    upstream.on('data', (data) => void (isStuck === wasStuck && client.write(data)))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => proxy.once('listening', resolve))
  const url = new URL(server.url)
  url.port = String((proxy.address() as { port: number }).port)
  const { driver } = sharedOf(open(), 'this test')
  const listener = new PostgresListener({
    driver: {
      acquire: () => driver.acquire(),
      location: 'through a proxy',
      server: { ...driver.server!, url: url.href },
    },
    connectTimeout: 60_000,
    heartbeat: 100,
    checkTimeout: 2000,
  })
  onTestFinished(async () => {
    await listener.close()
    proxy.close()
    for (const socket of sockets) socket.destroy()
  })
  const heard = Promise.withResolvers<void>()
  await listener.listen('c', { message: () => {}, gap: heard.resolve, ended: () => {} })
  isStuck = true
  await heard.promise
})

it(
  'through a pooler it is refused with the reason, unless the direct URL is known',
  { tags: 'pgbouncer' },
  async () => {
    const pooler = await startPgbouncer(server)
    onTestFinished(() => pooler.stop())
    const url = new URL(server.url)
    url.port = String(pooler.port)
    const refused = numbers.subscribe(open(url.href), 'k')
    await expect(refused.ready).rejects.toMatchObject({
      code: 'PLINTH_CHANNEL_POOLED',
      message: expect.stringContaining('Set DATABASE_URL_UNPOOLED to the direct URL'),
    })
    await expect(refused.next()).rejects.toThrow('a notification sent to it did not arrive')
    vi.stubEnv('DATABASE_URL_UNPOOLED', server.url)
    const db = open(url.href)
    const messages = numbers.subscribe(db, 'k')
    await messages.ready
    await numbers.publish(db, 'k', 5)
    expect((await messages.next()).value).toBe(5)
  },
)

it('a URL that names a pooler is refused without a connection', async () => {
  const db = open('postgres://ann:secret@ep-1-pooler.eu.aws.neon.tech/app')
  const refused = numbers.subscribe(db, 'k').next()
  await expect(refused).rejects.toMatchObject({ code: 'PLINTH_CHANNEL_POOLED' })
  await expect(refused).rejects.not.toThrow('secret')
})

it('a server that cannot be reached is the error of the subscription, and the next one tries again', async () => {
  const db = open()
  await server.halt()
  await expect(
    numbers.subscribe(database(server.url, { connectTimeout: 200 }), 'k').ready,
  ).rejects.toThrow()
  await server.resume()
  const messages = numbers.subscribe(db, 'k')
  await messages.ready
  await numbers.publish(db, 'k', 3)
  expect((await messages.next()).value).toBe(3)
})
