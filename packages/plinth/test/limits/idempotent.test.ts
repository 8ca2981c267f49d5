// Idempotency keys on both databases: one effect per key, and the first response for every retry.
import { sql } from 'drizzle-orm'
import {
  app,
  type App,
  bearer,
  type Database,
  database,
  dependency,
  HttpError,
  id,
  type Logger,
  model,
  one,
  router,
  transaction,
} from 'plinth'
import { client } from 'plinth/client'
import { protectRows } from 'plinth/row-security'
import { conformance, testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'

const Order = model('orders', { id: id(), item: z.string().min(1).max(50) })

const db = database('pglite:memory')
const session = dependency({ db }, ({ db }) => transaction(db))
/** Text that a header can carry, too. */
const item = z.string().regex(/^[a-z]{1,50}$/)
const caller = dependency({ token: bearer() }, ({ token }) => token)
const asUser = dependency({ db, caller }, ({ db, caller }) => transaction(db, { user: caller }))

/** Released by a test that holds a request. */
let gate: PromiseWithResolvers<void> | undefined
let reached: PromiseWithResolvers<void> | undefined

const orders = router('/orders', { dependencies: { caller } })
const create = orders.post(
  '/',
  {
    body: z.object({ item }),
    response: { 201: { content: Order, headers: { 'x-item': z.string() } }, 202: z.string() },
    idempotent: { by: caller },
    errors: [418],
    dependencies: { tx: session },
  },
  async ({ tx, body, reply, respond }) => {
    reached?.resolve()
    await gate?.promise
    reply.cookie('seen', 'yes')
    reply.header('location', '/orders/1')
    reply.header('x-secret', 'not kept')
    const order = await one(tx.insert(Order).values(body).returning())
    if (body.item === 'teapot') throw new HttpError(418, 'I am a teapot')
    if (body.item === 'later') return respond(202, 'later')
    return respond(201, order, { 'x-item': body.item })
  },
)
const cancel = orders.delete(
  '/:id',
  {
    params: z.object({ id: z.uuid() }),
    status: 204,
    errors: [404],
    idempotent: { by: caller, required: true },
    dependencies: { tx: session },
  },
  async ({ tx, params }) => {
    await one(
      tx
        .delete(Order)
        .where(sql`id = ${params.id}`)
        .returning(),
    )
  },
)
const owned = orders.post(
  '/owned',
  { response: z.string(), idempotent: { by: caller }, dependencies: { tx: asUser } },
  async ({ tx }) => {
    const [row] = (await tx.execute('select current_user::text as role')).rows
    return String(row?.['role'])
  },
)
const open = router('/open')
const signUp = open.post(
  '/',
  { idempotent: { by: 'anyone' }, dependencies: { tx: session } },
  async ({ tx, request }) => {
    await tx.insert(Order).values({ item: (await request.text()).slice(0, 50) })
    return new Response('welcome', { status: 409, headers: { 'content-type': 'text/plain' } })
  },
)
const forgot = open.post('/forgot', { idempotent: { by: 'anyone' } }, () => 1)
const origin = 'https://web.example.com'
const api = app({
  title: 'Orders',
  routes: { orders: { create, cancel, owned } },
  cors: { origins: [origin] },
})
/** The messages of logged errors. */
const errors: string[] = []
const log: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (fields) => void errors.push((fields as { err: Error }).err.message),
  child: () => log,
}
const publicApi = app({ title: 'Public', routes: { open: { signUp, forgot } }, log })

let own: Database
beforeAll(async () => {
  own = await testDatabase({ models: { Order } })
  await protectRows(own, { Order })
})
afterAll(() => own?.close())
beforeEach(async () => {
  gate = reached = undefined
  await own.execute('delete from orders')
})

function service(of: typeof api | typeof publicApi = api) {
  const test = testApp(of as App)
  test.override(db, () => own)
  return test
}
const send = (
  test: { fetch(request: Request): Promise<Response> },
  {
    key,
    body,
    ...more
  }: { key?: string; body?: string; as?: string; path?: string; method?: string },
): Promise<Response> =>
  test.fetch(
    new Request(`http://localhost${more.path ?? '/orders'}`, {
      method: more.method ?? 'POST',
      body: body ?? null,
      headers: {
        authorization: `Bearer ${more.as ?? 'ann'}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
    }),
  )
const count = async (): Promise<number> => (await own.select().from(Order)).length
const pen = '{"item":"pen"}'

describe('an idempotent route', () => {
  it('runs once for a key, and replays status, body and kept headers, but no cookie', async () => {
    await using test = service()
    const first = await send(test, { key: '"k1"', body: pen })
    const again = await send(test, { key: 'k1', body: '{ "item": "pen" }' })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(await again.text()).toBe(await first.text())
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(Object.fromEntries(again.headers)).toMatchObject({
      'idempotent-replayed': 'true',
      'content-type': first.headers.get('content-type'),
      location: '/orders/1',
      'x-item': 'pen',
    })
    expect(first.headers.get('set-cookie')).toContain('seen=yes')
    expect(again.headers.get('set-cookie')).toBeNull()
    expect(again.headers.get('x-secret')).toBeNull()
    expect(await count()).toBe(1)
    const { rows } = await own.execute('select headers from plinth.idempotency_keys')
    expect(JSON.stringify(rows)).not.toContain('seen')
  })

  it('is retried by the client with one key, so that a lost response arrives after all', async () => {
    await using test = service()
    const keys: (string | null)[] = []
    const c = client<typeof api>('http://localhost', {
      token: 'ann',
      fetch: async (request) => {
        keys.push(request.headers.get('idempotency-key'))
        const response = await test.fetch(request)
        return keys.length === 1 ? Promise.reject(new TypeError('the connection broke')) : response
      },
    })
    const order = await c.post('/orders', { body: { item: 'pen' }, idempotencyKey: true })
    expect(order).toMatchObject({ item: 'pen' })
    expect(keys).toHaveLength(2)
    expect(keys[0]).toMatch(/^"[-0-9a-f]{36}"$/)
    expect(keys[1]).toBe(keys[0])
    expect(await count()).toBe(1)
  })

  it('replays a status that the handler chose', async () => {
    await using test = service()
    const body = '{"item":"later"}'
    const [first, again] = [
      await send(test, { key: 'l', body }),
      await send(test, { key: 'l', body }),
    ]
    expect([first.status, again.status, await again.json()]).toEqual([202, 202, 'later'])
  })

  it('keeps the keys of callers and of routes apart', async () => {
    await using test = service()
    const statuses = [
      await send(test, { key: 'k2', body: pen }),
      await send(test, { key: 'k2', body: pen, as: 'bob' }),
      await send(test, { key: 'k2', path: '/orders/owned' }),
    ].map(({ status, headers }) => [status, headers.get('idempotent-replayed')])
    expect(statuses).toEqual([
      [201, null],
      [201, null],
      [200, null],
    ])
  })

  it('refuses the key of another body, and of another URL', async () => {
    await using test = service()
    await send(test, { key: 'k3', body: pen })
    const other = await send(test, { key: 'k3', body: '{"item":"ink"}' })
    expect(other.status).toBe(422)
    expect(await other.json()).toMatchObject({ code: 'PLINTH_IDEMPOTENCY_KEY_REUSED' })
    const elsewhere = await send(test, { key: 'k3', body: pen, path: '/orders?x=1' })
    expect(elsewhere.status).toBe(422)
    expect(await count()).toBe(1)
  })

  it('forgets the key of a request that failed, since nothing happened', async () => {
    await using test = service()
    const body = '{"item":"teapot"}'
    for (const _ of [1, 2]) expect((await send(test, { key: 'k4', body })).status).toBe(418)
    expect(await count()).toBe(0)
    const invalid = await send(test, { key: 'k4', body: '{"item":""}' })
    expect(invalid.status).toBe(422)
    expect(await invalid.json()).toMatchObject({ code: 'PLINTH_VALIDATION_FAILED' })
    expect((await send(test, { key: 'k4', body: pen })).status).toBe(201)
  })

  it('has one effect if retries arrive while the first request runs', async () => {
    await using test = service()
    await test.start()
    gate = Promise.withResolvers()
    reached = Promise.withResolvers()
    const first = send(test, { key: 'k5', body: pen })
    await reached.promise
    reached = undefined
    const retries = [1, 2, 3].map(() => send(test, { key: 'k5', body: pen }))
    // A server responds at once. The embedded database has one connection, so that retries wait for the first request.
    const early = own.kind === 'postgres' ? await Promise.all(retries) : []
    gate.resolve()
    gate = undefined
    const { status } = await first
    expect(status).toBe(201)
    for (const response of early) {
      expect(response.status).toBe(409)
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await response.json()).toMatchObject({ code: 'PLINTH_IDEMPOTENCY_IN_FLIGHT' })
    }
    const later = await Promise.all(retries)
    if (own.kind === 'pglite') expect(later.map(({ status }) => status)).toEqual([201, 201, 201])
    expect((await send(test, { key: 'k5', body: pen })).headers.get('idempotent-replayed')).toBe(
      'true',
    )
    expect(await count()).toBe(1)
  })

  it('runs without a key as usual, unless the key is required', async () => {
    await using test = service()
    for (const _ of [1, 2]) expect((await send(test, { body: pen })).status).toBe(201)
    expect(await count()).toBe(2)
    const path = `/orders/${crypto.randomUUID()}`
    const missing = await send(test, { method: 'DELETE', path })
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ code: 'PLINTH_IDEMPOTENCY_KEY_INVALID' })
  })

  it('replays a 204, where a second DELETE would be a 404', async () => {
    await using test = service()
    const [order] = await own.insert(Order).values({ item: 'pen' }).returning()
    const path = `/orders/${order!.id}`
    const statuses: number[] = []
    for (const key of ['d1', 'd1', 'd2'])
      statuses.push((await send(test, { method: 'DELETE', path, key })).status)
    expect(statuses).toEqual([204, 204, 404])
  })

  it.each(['', 'a b', '"open', '\u00e4', 'x'.repeat(256), '"a"b"', '""'])(
    'refuses the key %j',
    async (key) => {
      await using test = service()
      const response = await send(test, { key, body: pen })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ code: 'PLINTH_IDEMPOTENCY_KEY_INVALID' })
    },
  )

  it('works in a transaction of a user, whose role may use the table of keys', async () => {
    await using test = service()
    for (const at of [0, 1]) {
      const response = await send(test, { key: 'o1', path: '/orders/owned' })
      expect([response.status, await response.json()]).toEqual([200, 'plinth_user'])
      expect(response.headers.get('idempotent-replayed')).toBe(at === 0 ? null : 'true')
    }
  })

  it('of the public needs long keys, and replays a Response of its own', async () => {
    await using test = service(publicApi)
    expect((await send(test, { key: 'short', path: '/open', body: 'x' })).status).toBe(400)
    const key = crypto.randomUUID()
    for (const as of ['ann', 'bob']) {
      const response = await send(test, { key, path: '/open', body: 'x', as })
      expect([response.status, await response.text()]).toEqual([409, 'welcome'])
      expect(response.headers.get('content-type')).toBe('text/plain')
    }
    expect((await send(test, { key, path: '/open', body: 'y' })).status).toBe(422)
    expect(await count()).toBe(1)
  })

  it('without a transaction fails with the reason in the log, with or without a key', async () => {
    await using test = service(publicApi)
    for (const key of [undefined, crypto.randomUUID()]) {
      errors.length = 0
      const request = { path: '/open/forgot', ...(key !== undefined && { key }) }
      expect((await send(test, request)).status).toBe(500)
      expect(errors.join()).toContain('none of its dependencies opens a transaction')
    }
  })

  it('is in the document, with its header and its errors', () => {
    const { paths } = api.openapi()
    const { parameters = [], responses } = paths['/orders']!['post']!
    expect(parameters.find(({ name }) => name === 'idempotency-key')).toMatchObject({
      in: 'header',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    })
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['201', '400', '409', '422']))
    expect(responses['201']).toMatchObject({
      headers: { 'Idempotent-Replayed': { $ref: '#/components/headers/IdempotentReplayed' } },
    })
    const required = paths['/orders/{id}']!['delete']!.parameters ?? []
    expect(required.find(({ name }) => name === 'idempotency-key')?.required).toBe(true)
  })

  it('is open to pages of other origins', async () => {
    const preflight = await api.fetch(
      new Request('http://localhost/orders', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key',
        },
      }),
    )
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key')
  })

  it('conforms to its document', async () => {
    await using test = service()
    const values = { id: [crypto.randomUUID()] }
    const report = await conformance(test, {
      headers: { authorization: 'Bearer ann' },
      values,
      runs: 3,
      seed: 7,
    })
    // Any token is a caller here.
    const findings = report.findings.filter((one) => one.case !== 'an invalid token')
    expect(findings).toEqual([])
    expect(report.unproven.map(({ operationId }) => operationId)).toEqual(['orders.cancel'])
  })
})

describe('keys', () => {
  it('are swept when their time is over, and can be used again', async () => {
    await using test = service()
    await send(test, { key: 's1', body: pen })
    await own.execute(`update plinth.idempotency_keys set expires = now() - interval '1 s'`)
    const again = await send(test, { key: 's1', body: '{"item":"ink"}' })
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null])
    await own.execute(`update plinth.idempotency_keys set expires = now() - interval '1 s'`)
    const { sweeperOf } = await import('../../src/limits/idempotency.ts')
    const { sharedOf } = await import('../../src/database/database.ts')
    expect(await sweeperOf(sharedOf(own, 'test').driver).sweep()).toBeGreaterThan(0)
    expect((await own.execute('select from plinth.idempotency_keys')).rowCount).toBe(0)
  })
})
