// @module-tag postgres
// The reference backend while its database fails. The database proves the results, not the API.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { createToken } from 'plinth'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest'
import { startBackend, type BackendProcess } from '../support/backend-process.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

const secret = randomBytes(32).toString('base64url')
let server: PostgresServer
let headers: Readonly<Record<string, string>>
beforeAll(async () => {
  server = await startPostgres({ resumable: true })
  const token = await createToken(secret, { sub: 'ann', issuer: 'http://localhost:3000' })
  headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
})
afterAll(() => server?.stop())

/** A connection that does not belong to the backend. */
async function witness(): Promise<Client> {
  const client = new Client({ connectionString: server.url, application_name: 'witness' })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
const titles = async (client: Client, like: string): Promise<string[]> =>
  (
    await client.query<{ title: string }>('select title from tasks where title like $1', [like])
  ).rows.map(({ title }) => title)

const start = (files?: number): BackendProcess =>
  startBackend(
    {
      NODE_ENV: 'development',
      BETTER_AUTH_SECRET: secret,
      DATABASE_URL: server.url,
      CREATES_PER_MINUTE: '1000000',
    },
    'main.ts',
    files,
  )

let backend: BackendProcess
let url: string
beforeEach(async () => {
  backend = start()
  url = await backend.listening
})
afterEach(() => backend[Symbol.asyncDispose]())

const post = (title: string): Promise<Response> =>
  fetch(`${url}/api/tasks`, { method: 'POST', headers, body: JSON.stringify({ title }) })
const list = (): Promise<Response> => fetch(`${url}/api/tasks`, { headers })

/** Clients that write and read continuously, and the responses they got. */
function load(name: string, writers: number, readers: number) {
  const acknowledged: string[] = []
  const others = new Map<string, number>()
  const ended = new AbortController()
  const told = async (response: Response): Promise<void> => {
    const { status } = response
    const { code } = status < 400 ? { code: '' } : ((await response.json()) as { code: string })
    const word = `${status} ${code}`
    others.set(word, (others.get(word) ?? 0) + 1)
  }
  const write = async (at: number): Promise<void> => {
    for (let n = 0; !ended.signal.aborted; n++) {
      const title = `${name} ${at} ${n}`
      const response = await post(title)
      if (response.status === 201) acknowledged.push(title)
      else await told(response)
      await response.bytes().catch(() => {})
      if (response.status === 503) await delay(20)
    }
  }
  const read = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const response = await list()
      if (response.status !== 200) await told(response)
      else await response.bytes()
      await delay(response.status === 503 ? 20 : 2)
    }
  }
  const all = [
    ...Array.from({ length: writers }, (_, at) => write(at)),
    ...Array.from({ length: readers }, read),
  ]
  const end = async (): Promise<void> => {
    ended.abort()
    await Promise.all(all)
  }
  onTestFinished(() => end().catch(() => {}))
  return { acknowledged, others, end }
}

/** Expects each acknowledged row exactly once. */
async function expectKept(client: Client, name: string, acknowledged: string[]): Promise<void> {
  const kept = await titles(client, `${name} %`)
  const known = new Set(kept)
  expect(known.size).toBe(kept.length)
  expect(acknowledged.filter((title) => !known.has(title))).toEqual([])
}
const onlyUnavailable = (others: ReadonlyMap<string, number>): string[] =>
  [...others.keys()].filter((word) => !word.startsWith('503 PLINTH_DATABASE_'))

describe('the database under load', () => {
  it('loses its connections one by one: no 500, and no acknowledged write is lost or repeated', async () => {
    const client = await witness()
    const { acknowledged, others, end } = load('killed', 8, 4)
    await expect.poll(() => acknowledged.length).toBeGreaterThan(50)
    let killed = 0
    for (let round = 0; round < 40; round++) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'plinth' order by random() limit 1`,
      )
      killed += rowCount ?? 0
      await delay(50)
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 50)
    await end()
    expect(killed).toBeGreaterThan(20)
    expect(onlyUnavailable(others)).toEqual([])
    await expectKept(client, 'killed', acknowledged)
    backend.kill('SIGTERM')
    expect(await backend.ended).toBe(0)
    expect(backend.stderr).toBe('')
  })

  it('crashes and restarts repeatedly: no acknowledged write is lost', async () => {
    const { acknowledged, others, end } = load('crashed', 8, 2)
    for (let round = 0; round < 4; round++) {
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 150)
      await server.kill()
      // The first time it is back before any request gives up.
      await delay(round * 300)
      await server.resume()
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length).toBeGreaterThan(before + 50)
    await end()
    expect(onlyUnavailable(others)).toEqual([])
    const client = await witness()
    await expectKept(client, 'crashed', acknowledged)
    expect(backend.stderr).toBe('')
  })

  it('closes all connections like a suspended compute: none of the next 1,000 requests fails', async () => {
    const client = await witness()
    await Promise.all(Array.from({ length: 30 }, list))
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'plinth'`,
    )
    expect(rowCount).toBeGreaterThan(0)
    const failed: number[] = []
    for (let round = 0; round < 20; round++) {
      const responses = await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          at % 10 === 0 ? post(`slept ${round} ${at}`) : list(),
        ),
      )
      failed.push(...responses.map(({ status }) => status).filter((status) => status >= 400))
    }
    expect(failed).toEqual([])
    expect(await titles(client, 'slept %')).toHaveLength(100)
  })
})

it('routes that need no connection respond while all connections are in use', async () => {
  const client = await witness()
  await client.query('begin')
  await client.query('lock table tasks in access exclusive mode')
  const held = Array.from({ length: 40 }, list)
  const waiting = `select count(*)::int as n from pg_stat_activity
                   where application_name = 'plinth' and wait_event_type = 'Lock'`
  // Within a transaction it would keep seeing its first snapshot.
  const other = await witness()
  // Concurrent requests share connections; later ones get the remaining connections.
  await expect
    .poll(async () => {
      held.push(list())
      return (await other.query<{ n: number }>(waiting)).rows[0]?.n
    })
    .toBe(10)
  const origin = 'http://localhost:3000'
  const asked: [expected: number, path: string, init: RequestInit][] = [
    [404, '/nowhere', {}],
    [405, '/api/tasks', { method: 'PUT', headers, body: '{}' }],
    [
      204,
      '/api/tasks',
      { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } },
    ],
    [401, '/api/tasks', { headers: { authorization: 'Bearer e30.e30.e30' } }],
    [401, '/api/tasks', {}],
    [422, '/api/tasks', { method: 'POST', headers, body: '{"title": 1}' }],
    [400, '/api/tasks', { method: 'POST', headers, body: '{' }],
    [200, '/openapi.json', {}],
    [200, '/health/live', {}],
    [200, '/api/me', { headers }],
  ]
  for (const [expected, path, init] of asked)
    expect([path, (await fetch(url + path, init)).status]).toEqual([path, expected])
  await client.query('rollback')
  const statuses = (await Promise.all(held)).map(({ status }) => status)
  expect(statuses).toEqual(statuses.map(() => 200))
})

/** Passes connections on to the ports in turn, like a load balancer. */
async function balancer() {
  const ports: number[] = []
  const sockets = new Set<Socket>()
  let turn = 0
  const listening = createServer((socket) => {
    const onward = connect(ports[turn++ % ports.length]!, '127.0.0.1')
    for (const one of [socket, onward]) sockets.add(one.on('error', () => {}))
    socket.pipe(onward)
    onward.pipe(socket)
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    ports,
    port: (listening.address() as AddressInfo).port,
    close() {
      listening.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Returns the status of a request through an agent, or the error. */
const asked = (port: number, agent: Agent): Promise<number | string> =>
  new Promise((resolve) => {
    request({ port, path: '/api/tasks?limit=1', headers: { ...headers }, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', (error) => resolve(error.message))
    })
      .on('error', (error) => resolve(error.message))
      .end()
  })

it('a rolling restart of two behind a balancer loses no request', async () => {
  const portOf = (address: string): number => Number(new URL(address).port)
  const balanced = await balancer()
  const instances = [backend, start()]
  for (const one of instances) balanced.ports.push(portOf(await one.listening))
  const ended = new AbortController()
  const outcomes: (number | string)[] = []
  const clients = Array.from({ length: 8 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!ended.signal.aborted) {
      outcomes.push(await asked(balanced.port, agent))
      await delay(5)
    }
    agent.destroy()
  })
  for (const old of [0, 1, 2]) {
    const fresh = start()
    instances.push(fresh)
    balanced.ports.push(portOf(await fresh.listening))
    const before = outcomes.length
    instances[old]!.kill('SIGTERM')
    // The balancer notices it after a while.
    await delay(300)
    balanced.ports.shift()
    expect(await instances[old]!.ended).toBe(0)
    expect(outcomes.length).toBeGreaterThan(before)
  }
  ended.abort()
  await Promise.all(clients)
  expect(outcomes.filter((outcome) => outcome !== 200)).toEqual([])
  expect(outcomes.length).toBeGreaterThan(200)
  balanced.close()
  await Promise.all(instances.map((one) => one[Symbol.asyncDispose]()))
})

it('connections beyond the limit of open files are refused, and the process survives', async () => {
  await using small = start(64)
  const { port } = new URL(await small.listening)
  const sockets = Array.from({ length: 150 }, () =>
    connect(Number(port), 'localhost').on('error', () => {}),
  )
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'close'), delay(1000)])))
  expect(sockets.some((socket) => socket.destroyed)).toBe(true)
  for (const socket of sockets) socket.destroy()
  const ask = async (): Promise<number | string> =>
    (await fetch(`http://localhost:${port}/api/tasks`, { headers })).status
  await expect.poll(() => ask().catch(() => 'refused')).toBe(200)
  small.kill('SIGTERM')
  expect(await small.ended).toBe(0)
})
