// @module-tag postgres
// Plinth's spans beside those of the instrumentations of `node:http` and `pg`.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { database } from 'plinth'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'
import { otlpCollector, type OtlpCollector } from '../support/telemetry/otlp-collector.ts'

let server: PostgresServer
let collector: OtlpCollector
let child: ChildProcess
let url: string
beforeAll(async () => {
  server = await startPostgres()
  collector = await otlpCollector()
  const db = database(server.url)
  await db.execute('create table notes (id uuid primary key default gen_random_uuid(), text text)')
  await db.close()
  const script = new URL('../support/telemetry/instrumented-service.ts', import.meta.url)
  child = fork(fileURLToPath(script), {
    execArgv: [],
    env: { ...process.env, VITEST: '', DATABASE_URL: server.url, COLLECTOR: collector.url },
  })
  ;[{ url }] = (await once(child, 'message')) as [{ url: string }]
})
afterAll(async () => {
  child?.kill('SIGKILL')
  await server?.stop()
  await collector?.[Symbol.asyncDispose]()
})

const flush = async (): Promise<void> => {
  child.send('flush')
  await once(child, 'message')
}

it('each request has one span of the server, and each statement one, however many wait', async () => {
  const create = (): Promise<Response> =>
    fetch(`${url}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'hello' }),
    })
  const list = (): Promise<Response> => fetch(`${url}/notes`)
  // The first connection belongs to no request of the others.
  expect((await list()).status).toBe(200)
  await flush()
  collector.clear()
  const responses = await Promise.all(
    Array.from({ length: 12 }, (_, n) => (n % 3 === 0 ? create() : list())),
  )
  expect(responses.filter(({ ok }) => !ok)).toEqual([])
  await flush()
  const traces = Map.groupBy(collector.spans, ({ traceId }) => traceId)
  const shapes = [...traces.values()].map((spans) =>
    spans.map(({ kind, name }) => `${kind} ${name}`).toSorted(),
  )
  const listed = ['client SELECT notes', 'internal encode', 'server GET /notes']
  const created = [
    'client BEGIN',
    'client COMMIT',
    'client INSERT notes',
    'internal dependency tx',
    'internal encode',
    'server POST /notes',
  ]
  expect(shapes.filter((shape) => shape.includes('server GET /notes'))).toEqual(
    Array.from({ length: 8 }, () => listed),
  )
  expect(shapes.filter((shape) => shape.includes('server POST /notes'))).toEqual(
    Array.from({ length: 4 }, () => created),
  )
  expect(shapes).toHaveLength(12)
})
