import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { database } from 'plinth'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'

const server = process.env['PLINTH_TEST_DATABASE_URL']
const name = `plinth_health_${randomUUID().slice(0, 8)}`
const at = (path: string): string => new URL(path, server).href
const sound = server ? at(`/${name}`) : 'pglite:memory'
const broken = server ? at('/not_there') : 'pglite:/dev/null/not-there'

/** Runs a statement as the server's administrator, if there is a server. */
async function administer(statement: ReturnType<typeof sql>): Promise<void> {
  if (!server) return
  const admin = database(server, { max: 1 })
  await admin.execute(statement).finally(() => admin.close())
}
beforeAll(() => administer(sql`create database ${sql.identifier(name)}`))
afterAll(() => administer(sql`drop database ${sql.identifier(name)} with (force)`))
afterEach(() => vi.unstubAllEnvs())

/** The backend, started with this DATABASE_URL. */
async function backendOn(url: string) {
  vi.resetModules()
  vi.stubEnv('DATABASE_URL', url)
  const { api } = await import('../src/api.ts')
  const get = async (path: string) => {
    const answer = await api.fetch(new Request(`http://localhost${path}`))
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  return { api, get, [Symbol.asyncDispose]: () => api.stop() }
}

it('the backend is ready when it has started', async () => {
  await using backend = await backendOn(sound)
  await backend.api.start()
  // The embedded database may take longer than a check may, the first time.
  await expect
    .poll(() => backend.get('/health/ready'))
    .toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { database: 'ok' } },
    })
})

it('the backend is live but not ready while its database is away, and does not reveal why', async () => {
  await using backend = await backendOn(broken)
  const answer = await backend.get('/health/ready')
  expect(answer).toMatchObject({
    status: 503,
    body: { code: 'PLINTH_UNAVAILABLE', checks: { database: 'failed' } },
  })
  expect(answer.headers.get('retry-after')).toBe('5')
  expect(JSON.stringify(answer.body)).not.toMatch(/not.there/)
  expect((await backend.get('/health/live')).status).toBe(200)
})

it('the backend is not ready during graceful shutdown, and still responds', async () => {
  await using backend = await backendOn(sound)
  await backend.api.start()
  backend.api.drain()
  expect(await backend.get('/health/ready')).toMatchObject({
    status: 503,
    body: { code: 'PLINTH_SHUTTING_DOWN' },
  })
  expect((await backend.get('/health/live')).status).toBe(200)
})
