// @module-tag postgres
// The readiness check while a service has no connection to spare, and when its database goes away.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { app, createLogger, database, router, type DatabaseOptions } from 'plinth'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { exchangesOf } from '../docs/exchanges-of.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

let server: PostgresServer
let witness: Client
beforeAll(async () => {
  server = await startPostgres()
  witness = new Client({ connectionString: server.url, application_name: 'witness' })
  await witness.connect()
})
afterAll(async () => {
  await witness.end()
  await server.stop()
})

/** A proxy that can go silent: its connections stay open, and no data passes. */
async function silentDoor() {
  let isSilent = false
  const sockets = new Set<Socket>()
  const door = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (data) => isSilent || to.write(data))
      from.on('error', () => {})
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  const end = (): void => {
    for (const socket of sockets) socket.destroy()
    door.close()
  }
  onTestFinished(end)
  const url = new URL(server.url)
  url.hostname = '127.0.0.1'
  url.port = String((door.address() as AddressInfo).port)
  return { url: url.href, silence: () => void (isSilent = true), end }
}

function service(url: string, options: DatabaseOptions) {
  const db = database(url, { acquireTimeout: 60_000, queryTimeout: 60_000, ...options })
  const gate = Promise.withResolvers<void>()
  let holding = 0
  const routes = router('')
  const hold = routes.get('/hold', {}, () =>
    db.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      holding++
      await gate.promise
      return 'done'
    }),
  )
  const api = app({
    title: 'Ready',
    log: createLogger({ destination: { write() {} } }),
    ready: { database: () => db.execute(sql`select 1`) },
    routes: { routes: { hold } },
  })
  onTestFinished(async () => {
    gate.resolve()
    await api.stop()
    await db.close()
  })
  const get = (path: string) => api.fetch(new Request(`http://localhost${path}`))
  return { get, gate, holding: () => holding }
}

describe('/health/ready', () => {
  it('is 200 while every connection of the pool is busy, over a connection of its own', async () => {
    const { get, gate, holding } = service(server.url, { max: 2 })
    const held = [get('/hold'), get('/hold')]
    await expect.poll(holding).toBe(2)
    const waiting = get('/hold')
    // A busy machine may take longer than the limit for a connection.
    await expect.poll(async () => (await get('/health/ready')).status).toBe(200)
    expect(holding()).toBe(2)
    gate.resolve()
    for (const response of [...held, waiting]) expect((await response).status).toBe(200)
  })

  it('opens one connection for many probes at the same time, and closes it', async () => {
    const { get, gate, holding } = service(server.url, { max: 1 })
    const held = get('/hold')
    await expect.poll(holding).toBe(1)
    await Promise.all(Array.from({ length: 20 }, () => get('/health/ready')))
    const open = async () => {
      const { rows: now } = await witness.query<{ n: string }>(
        `select count(*) as n from pg_stat_activity where application_name = 'plinth'`,
      )
      return Number(now[0]!.n)
    }
    expect(await open()).toBeLessThanOrEqual(2)
    await expect.poll(open).toBe(1)
    gate.resolve()
    await held
  })

  it('is 503 at the start of an outage, long before the timeouts of the database', async () => {
    const door = await silentDoor()
    const { get } = service(door.url, { max: 2, connectTimeout: 60_000 })
    const shown = exchangesOf('docs/deployment.md', 'Health checks')[0]?.expected.body
    await expect.poll(async () => (await get('/health/ready')).text()).toBe(shown)
    door.silence()
    const timeout = new AbortController()
    const late = delay(30_000, undefined, { signal: timeout.signal }).catch(() => undefined)
    const response = await Promise.race([get('/health/ready'), late])
    timeout.abort()
    if (response === undefined) throw new Error('no response before the timeouts of the database')
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ checks: { database: 'failed' } })
    // Otherwise closing the database would wait for the statement.
    door.end()
  })
})
