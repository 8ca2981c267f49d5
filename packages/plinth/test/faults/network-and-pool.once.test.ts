// @module-tag postgres
// An app on a real Postgres with a silent network, a small connection pool, clients that go away,
// and errors of a busy server. The database proves the results.
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import {
  app,
  database,
  dependency,
  field,
  id,
  insert,
  model,
  one,
  router,
  serve,
  transaction,
  type App,
  type Database,
  type DatabaseOptions,
  type Logger,
} from 'plinth'
import * as z from 'zod'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

let server: PostgresServer
let witness: Client
beforeAll(async () => {
  server = await startPostgres()
  witness = new Client({ connectionString: server.url, application_name: 'witness' })
  witness.on('error', () => {})
  await witness.connect()
  await witness.query(
    'create table parents (id uuid primary key default gen_random_uuid(), name text not null)',
  )
  await witness.query(
    'create table children (id uuid primary key default gen_random_uuid(), parent_id uuid not null references parents, name text not null)',
  )
})
afterAll(async () => {
  await witness?.end()
  await server?.stop()
})

const Parent = model('parents', { id: id(), name: z.string().max(1000) })
const Child = model('children', {
  id: id(),
  parentId: field(z.uuid(), { references: () => Parent.id }),
  name: z.string(),
})

/** Returns a count, as the database itself reports it. */
async function counted(text: string): Promise<number> {
  const { rows } = await witness.query<{ n: string }>(`select count(*) as n from ${text}`)
  return Number(rows[0]?.n)
}
const connections = `pg_stat_activity where application_name = 'plinth'`
const open = (url: string, options: DatabaseOptions = {}): Database => {
  const db = database(url, options)
  onTestFinished(() => db.close())
  return db
}
const ask = (api: Pick<App, 'fetch'>, path: string, init?: RequestInit): Promise<Response> =>
  api.fetch(new Request(`http://localhost${path}`, init))

/** A proxy that can go silent: its connections stay open, but no data passes. */
async function silentDoor() {
  let isSilent = false
  const sockets = new Set<Socket>()
  const listening = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    // Connections from before or during the silence never transfer data again.
    const lines = { isDead: isSilent }
    deads.add(lines)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from.on('error', () => {}))
      from.on('data', (data) => lines.isDead || to.write(data))
    }
  }).listen(0, '127.0.0.1')
  const deads = new Set<{ isDead: boolean }>()
  await once(listening, 'listening')
  onTestFinished(() => {
    listening.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = listening.address() as AddressInfo
  return {
    url: server.url.replace(`:${server.port}/`, `:${port}/`),
    silence() {
      isSilent = true
      for (const lines of deads) lines.isDead = true
    },
    heal: () => (isSilent = false),
  }
}

describe('a network that goes silent', () => {
  it('is a 503 after the query timeout, and has no effect after the network is back', async () => {
    const door = await silentDoor()
    const db = open(door.url, {
      max: 4,
      queryTimeout: 2500,
      connectTimeout: 3000,
      acquireTimeout: 3000,
    })
    const session = dependency(() => transaction(db))
    const routes = router('/x')
    const single = routes.get('/single', { response: z.array(Parent) }, () =>
      db.select().from(Parent),
    )
    const double = routes.get(
      '/double',
      { dependencies: { session }, response: z.array(Parent) },
      async ({ session }) => {
        await session.select().from(Parent)
        return session.select().from(Parent)
      },
    )
    const api = app({ title: 'Silent', routes: { x: { single, double } } })
    const round = async (): Promise<string[]> => {
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, at) => ask(api, at % 2 ? '/x/single' : '/x/double')),
      )
      return Promise.all(
        responses.map(async (response) =>
          response.ok
            ? 'ok'
            : `${response.status} ${((await response.json()) as { code: string }).code}`,
        ),
      )
    }
    const whole = Array(20).fill('ok')
    expect(await round()).toEqual(whole)
    door.silence()
    // The query timeout ends it, not the 30 s deadline of the request.
    for (let again = 0; again < 2; again++)
      for (const word of await round())
        expect(word).toMatch(/^503 PLINTH_DATABASE_(BUSY|UNAVAILABLE)$/)
    door.heal()
    await expect.poll(() => ask(api, '/x/single').then(({ status }) => status)).toBe(200)
    expect(await round()).toEqual(whole)
    expect(await round()).toEqual(whole)
  })
})

describe('a pool that is too small', () => {
  it('blocks no request forever: a long wait is a 503, and every connection is returned', async () => {
    const db = open(server.url, { max: 5, acquireTimeout: 2000 })
    const session = dependency(() => transaction(db))
    const routes = router('/x')
    const hold = routes.get('/', { dependencies: { session } }, async ({ session }) => {
      await session.execute(sql`select pg_sleep(0.5)`)
      return 'done'
    })
    const api = app({ title: 'Small', routes: { x: { hold } } })
    const responses = await Promise.all(Array.from({ length: 60 }, () => ask(api, '/x')))
    const statuses = responses.map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    for (const response of responses)
      if (response.status === 503) {
        expect(response.headers.get('retry-after')).toBe('1')
        expect(await response.json()).toMatchObject({ code: 'PLINTH_DATABASE_BUSY' })
      }
    const after = await Promise.all(Array.from({ length: 5 }, () => ask(api, '/x')))
    expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(await counted(connections)).toBeLessThanOrEqual(5)
    expect(await counted(`${connections} and state like '%in transaction%'`)).toBe(0)
  })

  it('cannot deadlock: a request that needs two connections gets an error, and holds none', async () => {
    const db = open(server.url, { max: 5, acquireTimeout: 10_000 })
    const first = dependency(() => transaction(db))
    const second = dependency(() => transaction(db))
    const routes = router('/x')
    const both = routes.get(
      '/both',
      { dependencies: { first, second } },
      async ({ first, second }) => {
        await first.select().from(Parent)
        return second.select().from(Parent)
      },
    )
    const single = routes.get('/single', { dependencies: { first } }, ({ first }) =>
      first.select().from(Parent),
    )
    const log: unknown[] = []
    const note = (fields: { err?: { code?: string } }): void => void log.push(fields.err?.code)
    const silent: Logger = { debug() {}, info() {}, warn() {}, error: note, child: () => silent }
    const api = app({ title: 'Two', routes: { x: { both, single } }, log: silent })
    const responses = await Promise.all(Array.from({ length: 50 }, () => ask(api, '/x/both')))
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(500))
    expect(await responses[0]!.json()).toMatchObject({ code: 'PLINTH_DATABASE_NESTED' })
    expect(log).toEqual(Array(50).fill('PLINTH_DATABASE_NESTED'))
    const after = await Promise.all(Array.from({ length: 50 }, () => ask(api, '/x/single')))
    expect(after.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(await counted(`${connections} and state like '%in transaction%'`)).toBe(0)
  })
})

describe('clients that go away', () => {
  it('leave no transaction, no connection and no partial write, and each cleanup runs once', async () => {
    const db = open(server.url, { max: 5 })
    let made = 0
    let closed = 0
    const counter = dependency(async function* () {
      made += 1
      try {
        yield
      } finally {
        closed += 1
      }
    })
    const session = dependency(() => transaction(db))
    const routes = router('/parents', { dependencies: { counter, session } })
    const create = routes.post(
      '/',
      { body: Parent.$create, response: Parent },
      async ({ session, body }) => {
        const parent = await one(insert(session, Parent, body))
        await session.execute(sql`select pg_sleep(0.003)`)
        for (const name of ['a', 'b']) await insert(session, Child, { parentId: parent.id, name })
        return parent
      },
    )
    const api = app({ title: 'Gone', routes: { parents: { create } } })
    const running = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => running.close())

    const make = (): Promise<Response> =>
      fetch(`${running.url}/parents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name": "stays"}',
      })
    expect(await (await make()).json()).toMatchObject({ name: 'stays' })
    let whole = 0
    const client = async (at: number): Promise<void> => {
      const body = JSON.stringify({ name: `gone ${at} ${'x'.repeat(500)}` })
      const text = `POST /parents HTTP/1.1\r\nhost: localhost:${running.port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      const socket = connect(running.port, '127.0.0.1').on('error', () => {})
      socket.on('data', (data) => {
        if (data.toString().startsWith('HTTP/1.1 200')) whole += 1
      })
      // A third of the clients do not finish their request.
      const length = at % 3 === 0 ? randomInt(1, text.length) : text.length
      socket.write(text.slice(0, length))
      // One client of each round leaves only after its response, however busy the machine is.
      await (at % 20 === 1 && length === text.length
        ? once(socket, 'data')
        : delay(randomInt(0, 80)))
      if (at % 2 === 0) socket.destroy()
      else socket.resetAndDestroy()
    }
    for (let round = 0; round < 50; round++)
      await Promise.all(Array.from({ length: 20 }, (_, at) => client(round * 20 + at)))

    await expect.poll(() => made - closed).toBe(0)
    expect(made).toBeGreaterThan(100)
    expect(whole).toBeGreaterThan(0)
    await expect
      .poll(() => counted(`${connections} and (state = 'active' or state like '%in transaction%')`))
      .toBe(0)
    expect(await counted(connections)).toBeLessThanOrEqual(5)
    const parents = await counted(`parents where name like 'gone %'`)
    expect(parents).toBeGreaterThanOrEqual(whole)
    expect(
      await counted(
        `parents where name like 'gone %' and (select count(*) from children where parent_id = parents.id) <> 2`,
      ),
    ).toBe(0)
    const after = await Promise.all(Array.from({ length: 20 }, make))
    expect(after.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(closed).toBe(made)
  })
})

describe('a server that reports', () => {
  it.each([
    ['40001', 409, 'PLINTH_SERIALIZATION_FAILURE'],
    ['40P01', 409, 'PLINTH_SERIALIZATION_FAILURE'],
    ['57014', 503, 'PLINTH_DATABASE_BUSY'],
    ['53300', 503, 'PLINTH_DATABASE_BUSY'],
    ['53100', 503, 'PLINTH_DATABASE_FULL'],
    ['25006', 503, 'PLINTH_DATABASE_UNAVAILABLE'],
    ['57P01', 503, 'PLINTH_DATABASE_UNAVAILABLE'],
    ['57P03', 503, 'PLINTH_DATABASE_UNAVAILABLE'],
  ])('%s is a %i, alone, within a transaction and at its end', async (state, status, code) => {
    const db = open(server.url)
    const session = dependency(() => transaction(db))
    const raise = sql.raw(`do $$ begin raise exception 'told' using errcode = '${state}'; end $$`)
    await witness.query(`
      create or replace function fail() returns trigger language plpgsql as
      $$ begin raise exception 'told' using errcode = '${state}'; end $$;
      drop table if exists late;
      create table late (id int);
      create constraint trigger late_fails after insert on late deferrable initially deferred
      for each row execute function fail()`)
    const routes = router('/x')
    const alone = routes.get('/alone', {}, () => db.execute(raise))
    const within = routes.get('/within', { dependencies: { session } }, ({ session }) =>
      session.execute(raise),
    )
    const end = routes.get('/end', { dependencies: { session } }, async ({ session }) => {
      await session.execute(sql`insert into late values (1)`)
      return 'never'
    })
    const api = app({ title: 'Told', routes: { x: { alone, within, end } } })
    for (const path of ['/x/alone', '/x/within', '/x/end']) {
      const response = await ask(api, path)
      const body = (await response.json()) as { detail: string }
      expect([path, response.status, body]).toEqual([
        path,
        status,
        expect.objectContaining({ code }),
      ])
      expect(response.headers.get('retry-after')).toMatch(/^([12]|30)$/)
      expect(body.detail).not.toContain('told')
    }
    expect(await counted('late')).toBe(0)
  })

  it('no free connection, or read-only mode, is a 503 too', async () => {
    await witness.query(`
      create role guest login password 'guest' connection limit 1;
      create role reader login password 'reader';
      alter role reader set default_transaction_read_only = on;
      grant all on all tables in schema public to guest, reader`)
    const as = (name: string): string =>
      server.url.replace('postgres:postgres@', `${name}:${name}@`)
    const routes = router('/x')
    const [holder, second, reader] = [open(as('guest')), open(as('guest')), open(as('reader'))]
    const read = routes.get('/read', {}, () => second.execute(sql`select 1 as one`))
    const write = routes.post('/write', {}, () => insert(reader, Parent, { name: 'never' }))
    const api = app({ title: 'Full', routes: { x: { read, write } } })
    await holder.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      const full = await ask(api, '/x/read')
      expect([full.status, await full.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'PLINTH_DATABASE_BUSY' }),
      ])
    })
    await holder.close()
    // The server counts the connection until its process has ended.
    await expect.poll(async () => (await ask(api, '/x/read')).status, { timeout: 30_000 }).toBe(200)
    const refused = await ask(api, '/x/write', { method: 'POST' })
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'PLINTH_DATABASE_UNAVAILABLE' }),
    ])
  })
})
