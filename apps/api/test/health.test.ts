import { afterEach, expect, it, vi } from 'vitest'

const server = process.env['PLINTH_TEST_DATABASE_URL']
const sound = server ?? 'pglite:memory'
const broken = server ? new URL('/not_there', server).href : 'pglite:/dev/null/not-there'

/** The backend as it is started with this DATABASE_URL. */
async function backendOn(url: string) {
  vi.resetModules()
  vi.stubEnv('DATABASE_URL', url)
  const { api } = await import('../src/api.ts')
  const { db } = await import('../src/database.ts')
  const get = async (path: string) => {
    const answer = await api.fetch(new Request(`http://localhost${path}`))
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  return { api, get, [Symbol.asyncDispose]: () => db.close() }
}
afterEach(() => vi.unstubAllEnvs())

it('is ready while its database answers', async () => {
  await using backend = await backendOn(sound)
  expect(await backend.get('/health/ready')).toMatchObject({
    status: 200,
    body: { status: 'ok', checks: { database: 'ok' } },
  })
})

it('is live and not ready while its database does not, and tells nobody why', async () => {
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

it('is not ready when it is about to end, and goes on answering', async () => {
  await using backend = await backendOn(sound)
  backend.api.drain()
  expect(await backend.get('/health/ready')).toMatchObject({
    status: 503,
    body: { code: 'PLINTH_SHUTTING_DOWN' },
  })
  expect((await backend.get('/health/live')).status).toBe(200)
})
