// One trace from a page through the typed client and a route to Postgres and a job.
import { context, propagation, trace } from '@opentelemetry/api'
import {
  app,
  channel,
  type Database,
  dependency,
  id,
  model,
  router,
  serve,
  transaction,
} from 'plinth'
import { client, socket } from 'plinth/client'
import { job } from 'plinth/jobs'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import * as z from 'zod'
import { otlpCollector, type OtlpCollector } from '../support/telemetry/otlp-collector.ts'
import type { SentSpan } from '../support/telemetry/otlp-spans.ts'
import { registerSdk } from '../support/telemetry/register-sdk.ts'

const Task = model('tasks', { id: id(), title: z.string().max(100) })
let db: Database
const database = dependency((): Database => db, { scope: 'app' })
const tx = dependency({ db: database }, ({ db }) => transaction(db))
const done: string[] = []
const changes = channel('changes', z.object({ title: z.string() }))

const welcome = job(
  'welcome',
  { input: z.object({ title: z.string() }), dependencies: { db: database }, retries: 0 },
  async ({ input, db }) => {
    await db.select().from(Task)
    done.push(input.title)
    if (input.title === 'broken') throw new RangeError(`no ${input.title} task`)
  },
)
const tasks = router('/tasks', { dependencies: { tx } })
const create = tasks.post(
  '/',
  { body: z.object({ title: z.string() }), response: { 201: Task } },
  async ({ tx, body, respond }) => {
    const [task] = await tx.insert(Task).values(body).returning()
    await welcome.enqueue(tx, body)
    await changes.publish(tx, 'all', body)
    return respond(201, task!)
  },
)
const rooms = router('/rooms')
const room = rooms.socket(
  '/:name',
  {
    params: z.object({ name: z.string() }),
    receive: z.string(),
    send: z.string(),
    dependencies: { db: database },
  },
  async function* ({ incoming, db }) {
    for await (const message of incoming) {
      await db.select().from(Task)
      yield message
    }
  },
)
const api = app({
  title: 'Tasks',
  routes: { tasks: { create }, rooms: { room } },
  jobs: { db: database, modules: { welcome: { welcome } }, work: true },
})

let collector: OtlpCollector
let provider: ReturnType<typeof registerSdk>
let server: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  collector = await otlpCollector()
  provider = registerSdk({ url: collector.url })
  db = await testDatabase({ models: { Task }, jobs: true })
  server = await serve(api, { port: 0, hostname: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  await db.close()
  await provider.shutdown()
  await collector[Symbol.asyncDispose]()
  for (const each of [trace, context, propagation]) each.disable()
})
beforeEach(() => collector.clear())

const find = (name: string): SentSpan | undefined =>
  collector.spans.find((span) => span.name === name)
const named = async (name: string): Promise<SentSpan> => {
  await expect.poll(() => find(name), { message: name }).toBeDefined()
  return find(name)!
}
/** Calls the API inside a span, as a page does that is rendered on a server. */
const inPage = <T>(work: () => Promise<T>): Promise<T> =>
  trace.getTracer('page').startActiveSpan('page', async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })

it('a create is one trace from the page over the client, the route and the database to the job', async () => {
  const c = client<typeof api>(server.url)
  await inPage(() => c.post('/tasks', { body: { title: 'hunter2' } }))
  const processed = await named('process welcome')
  const page = await named('page')
  const request = await named('POST /tasks')
  const sent = await named('send welcome')
  expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([page.traceId]))
  expect(request).toMatchObject({ parentId: page.spanId, kind: 'server' })
  expect(sent).toMatchObject({ parentId: request.spanId, kind: 'producer' })
  expect(processed).toMatchObject({
    parentId: sent.spanId,
    kind: 'consumer',
    links: [{ traceId: sent.traceId, spanId: sent.spanId }],
    attributes: {
      'messaging.system': 'pg-boss',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'welcome',
      'messaging.message.id': sent.attributes['messaging.message.id'],
      'plinth.job.attempt': 1,
    },
  })
  expect(await named('publish changes')).toMatchObject({ parentId: request.spanId })
  const statements = collector.spans.filter(({ kind }) => kind === 'client')
  const below = (span: SentSpan): string[] =>
    statements.filter(({ parentId }) => parentId === span.spanId).map(({ name }) => name)
  expect(below(request)).toEqual(['BEGIN', 'INSERT tasks', 'COMMIT'])
  expect(below(sent).length).toBeGreaterThan(0)
  expect(below(processed)).toContain('SELECT tasks')
  expect(done).toContain('hunter2')
  expect(Buffer.concat(collector.bodies).includes('hunter2')).toBe(false)
})

it('the span of a job that failed tells of it by the name of its error, and not by its message', async () => {
  const c = client<typeof api>(server.url)
  await c.post('/tasks', { body: { title: 'broken' } })
  expect(await named('process welcome')).toMatchObject({
    isError: true,
    message: '',
    events: 0,
    attributes: { 'error.type': 'RangeError' },
  })
})

it('a socket has one span, from its handshake to its close code', async () => {
  const open = socket(client<typeof api>(server.url), '/rooms/:name', {
    params: { name: 'hunter2' },
  })
  await open.send('hello')
  expect(await open.receive()).toBe('hello')
  open.close()
  const span = await named('GET /rooms/:name')
  expect(span.attributes).toMatchObject({
    'http.response.status_code': 101,
    'plinth.socket.received': 1,
    'plinth.socket.sent': 1,
  })
  expect(span.attributes['plinth.socket.close_code']).toBeTypeOf('number')
  expect(await named('SELECT tasks')).toMatchObject({ parentId: span.spanId })
  expect(Buffer.concat(collector.bodies).includes('hunter2')).toBe(false)
})
