// The spans of an app, as a collector of OpenTelemetry receives them, on each database.
import { context, propagation, trace } from '@opentelemetry/api'
import { randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import {
  after,
  app,
  createLogger,
  createToken,
  type Database,
  dependency,
  HttpError,
  id,
  jwt,
  model,
  router,
  serve,
  transaction,
} from 'plinth'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { internals } from '../../src/http/internals.ts'
import { otlpCollector, type OtlpCollector } from '../support/telemetry/otlp-collector.ts'
import type { SentSpan } from '../support/telemetry/otlp-spans.ts'
import { registerSdk } from '../support/telemetry/register-sdk.ts'

const secret = randomBytes(32).toString('base64')
const Note = model('notes', { id: id(), text: z.string().max(100), at: z.int() })

let db: Database
const database = dependency((): Database => db, { scope: 'app' })
const user = jwt({ issuer: 'http://tests', audience: 'http://tests', secret })
const plan = dependency({ db: database }, async function monthlyPlan({ db }) {
  await db.execute(sql`select 1 as "one"`)
  return 'free'
})
const atOnce = dependency(() => 'at once')
const tx = dependency({ db: database }, ({ db }) => transaction(db))

const notes = router('/notes', { dependencies: { db: database } })
const routes = {
  list: notes.get('/', { response: z.array(Note) }, ({ db }) => db.select().from(Note)),
  create: notes.post(
    '/',
    {
      body: z.object({ text: z.string() }),
      response: { 201: Note },
      dependencies: { user, plan, atOnce, tx },
    },
    async ({ tx, body, respond }) => {
      const [note] = await tx.insert(Note).values({ text: body.text, at: 1 }).returning()
      after(() => db.select().from(Note).where(eq(Note.text, body.text)))
      return respond(201, note!)
    },
  ),
  one: notes.get('/:id', { params: z.object({ id: z.string() }) }, () => {
    throw new HttpError(404, 'There is no such note')
  }),
  broken: notes.get('/broken/on-purpose', {}, () => {
    throw new RangeError('the value 4711 is out of range')
  }),
  literal: notes.get('/literal/text', {}, async ({ db }) => {
    await db.execute(`select 'hunter2' as password, 4711 as pin -- hunter2`)
    return {}
  }),
  twice: notes.get('/twice/same', {}, async ({ db }) => {
    const row = { id: '01890000-0000-7000-8000-000000000000', text: 'a', at: 1 }
    await db.insert(Note).values(row)
    await db.insert(Note).values(row)
    return {}
  }),
}
const lines: Record<string, unknown>[] = []
const log = createLogger({
  level: 'info',
  format: 'json',
  destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
})
const things = router('/things')
const thing = things.get('/:id', { params: z.object({ id: z.string() }) }, () => ({}))
const inner = app({ title: 'Inner', routes: { things: { thing } }, log })
const api = app({
  title: 'Notes',
  routes: { notes: routes },
  mount: { '/inner': inner, '/plain': () => new Response('plain') },
  around: [(request, next) => (request.headers.has('x-stop') ? new Response('stop') : next())],
  log,
})

let collector: OtlpCollector
let provider: ReturnType<typeof registerSdk>
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  collector = await otlpCollector()
  provider = registerSdk({ url: collector.url })
  db = await testDatabase({ models: { Note } })
  server = await serve(api, { port: 0, hostname: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  await db.close()
  await provider.shutdown()
  await collector[Symbol.asyncDispose]()
  for (const each of [trace, context, propagation]) each.disable()
})
beforeEach(async () => {
  await provider.forceFlush()
  collector.clear()
  lines.length = 0
})

/** Sends a request, and returns its response with the spans that it left. */
async function call(
  path: string,
  init: RequestInit = {},
): Promise<{ response: Response; spans: readonly SentSpan[] }> {
  const response = await fetch(`${server.url}${path}`, init)
  await response.text()
  await api[internals].afterTasks()
  await provider.forceFlush()
  return { response, spans: collector.spans }
}
const named = (name: string): SentSpan => {
  const found = collector.spans.filter((span) => span.name === name)
  expect(found, `spans named ${name} of ${names().join()}`).toHaveLength(1)
  return found[0]!
}
const names = (): string[] => collector.spans.map(({ name }) => name).toSorted()

async function create(
  text: string,
  headers: Record<string, string> = {},
): Promise<{ token: string; response: Response }> {
  const claims = { sub: 'ann', issuer: 'http://tests', audience: 'http://tests' }
  const token = await createToken(secret, claims)
  const { response } = await call('/notes', {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  })
  return { token, response }
}

describe('the trace of a request', () => {
  it('has a span for each part that takes time, and the caller as its parent', async () => {
    const traceId = randomBytes(16).toString('hex')
    const parentId = randomBytes(8).toString('hex')
    const { response } = await create('hello', { traceparent: `00-${traceId}-${parentId}-01` })
    expect(response.status).toBe(201)
    const request = named('POST /notes')
    expect(request).toMatchObject({ traceId, parentId, kind: 'server', isError: false })
    expect(new Set(collector.spans.map((span) => span.traceId))).toEqual(new Set([traceId]))
    for (const name of ['authenticate', 'dependency monthlyPlan', 'encode', 'after'])
      expect(named(name)).toMatchObject({ kind: 'internal', parentId: request.spanId })
    for (const name of ['BEGIN', 'INSERT notes', 'COMMIT'])
      expect(named(name)).toMatchObject({ kind: 'client', parentId: request.spanId })
    expect(named('SELECT').parentId).toBe(named('dependency monthlyPlan').spanId)
    expect(named('SELECT notes').parentId).toBe(named('after').spanId)
    expect(names()).not.toContain('dependency atOnce')
  })

  it('has the names and attributes of the semantic conventions', async () => {
    await create('hello')
    const { attributes } = named('POST /notes')
    expect(attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/notes',
      'http.response.status_code': 201,
      'url.path': '/notes',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.url).port),
    })
    const statement = named('INSERT notes').attributes
    expect(statement).toMatchObject({
      'db.system.name': 'postgresql',
      'db.query.summary': 'INSERT notes',
      'db.response.returned_rows': 1,
    })
    expect(statement['db.query.text']).toMatch(
      /^insert into "notes" .* values \(default, \$1, \$2\)/,
    )
    expect(named('BEGIN').attributes['plinth.db.wait']).toBeGreaterThanOrEqual(0)
  })

  it('covers middleware, mounts, and requests without a route', async () => {
    await call('/inner/things/4711')
    await call('/plain/reset/s3cr3t-token')
    await call('/nowhere/s3cr3t-token?token=s3cr3t-token')
    await call('/notes', { method: 'DELETE' })
    await call('/notes', { headers: { 'x-stop': '1' } })
    expect(names()).toEqual([
      'DELETE',
      'GET',
      'GET',
      'GET /inner/things/:id',
      'GET /plain/:path*',
      'encode',
    ])
    const nowhere = collector.spans.find(
      ({ attributes }) =>
        attributes['http.response.status_code'] === 404 && !attributes['http.route'],
    )
    expect(nowhere?.attributes['url.path']).toBe('/*')
    expect(Buffer.concat(collector.bodies).includes('s3cr3t')).toBe(false)
  })
})

describe('an error', () => {
  it('of the caller is not one of the span', async () => {
    await call('/notes/4711')
    expect(named('GET /notes/:id')).toMatchObject({ isError: false })
  })
  it('of the server has a type, and no message', async () => {
    await call('/notes/broken/on-purpose')
    const span = named('GET /notes/broken/on-purpose')
    expect(span).toMatchObject({ isError: true, message: '', events: 0 })
    expect(span.attributes['error.type']).toBe('500')
  })
  it('of a statement has its SQLSTATE', async () => {
    await call('/notes/twice/same')
    const failed = collector.spans.find(({ isError, kind }) => isError && kind === 'client')
    expect(failed?.attributes).toMatchObject({
      'error.type': '23505',
      'db.response.status_code': '23505',
    })
  })
  it('of authentication has its code', async () => {
    await call('/notes', { method: 'POST', headers: { authorization: 'Bearer nonsense' } })
    expect(named('authenticate').attributes['error.type']).toBe('PLINTH_INVALID_TOKEN')
  })
})

describe('no value', () => {
  it('of a literal, a parameter, a token, a cookie or a query string is in a span', async () => {
    const { token } = await create('hunter2', { cookie: 'session=hunter2' })
    await call('/notes/literal/text?password=hunter2')
    await call('/notes/hunter2', { headers: { 'user-agent': 'hunter2', referer: 'hunter2' } })
    expect(collector.spans.length).toBeGreaterThan(8)
    const sent = Buffer.concat(collector.bodies)
    for (const value of ['hunter2', '4711', token, token.split('.')[2]!])
      expect(sent.includes(value), value).toBe(false)
    const texts = collector.spans.map(({ attributes }) => attributes['db.query.text'])
    expect(texts).toContain('select ? as password, ? as pin')
  })
})

describe('a request that is not sampled', () => {
  it('leaves no span, and passes its decision on', async () => {
    const traceId = randomBytes(16).toString('hex')
    await create('hello', { traceparent: `00-${traceId}-${'1'.repeat(16)}-00` })
    expect(names()).toEqual([])
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({
      trace_id: traceId,
      trace_flags: '00',
    })
  })
})

describe('the log', () => {
  it('has the ids of the span', async () => {
    await call('/notes')
    const { traceId, spanId } = named('GET /notes')
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({
      trace_id: traceId,
      span_id: spanId,
      trace_flags: '01',
    })
  })
})
