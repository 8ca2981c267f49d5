// @module-tag postgres
// The reference backend with NODE_ENV=production, in its own process.
import { randomBytes } from 'node:crypto'
import { app, createLogger, createToken } from 'plinth'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { database, sharedOf } from '../../src/database/database.ts'
import { installJobTables } from '../../src/jobs/job-tables.ts'
import { startBackend, type BackendProcess } from '../support/backend-process.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

const secret = randomBytes(32).toString('base64url')
const password = `pw${randomBytes(12).toString('hex')}`
const production = { NODE_ENV: 'production' } as const

describe('the backend does not start, and reports the problem in one message', () => {
  const weak: readonly (readonly [string, string | undefined, RegExp])[] = [
    ['no secret', undefined, /BETTER_AUTH_SECRET is not set/],
    ['an empty secret', '', /BETTER_AUTH_SECRET is not set/],
    ['a short secret', 'k3yThatIsShort-9', /the secret is 16 characters long, and must have 32/],
    ['a published secret', 'better-auth-secret-12345678901234567890', /published in the docum/],
    ['a placeholder', 'change-me-to-something-very-very-long', /a placeholder that was never/],
    ['a regular secret', 'abcabcabcabcabcabcabcabcabcabcabcabc', /too regular to be random/],
  ]
  it.each(weak)('with %s', async (_, value, reason) => {
    await using backend = startBackend({
      ...production,
      DATABASE_URL: `postgres://ann:${password}@127.0.0.1:1/app`,
      PORT: 'eight thousand',
      CORS_ORIGINS: 'everybody',
      ...(value !== undefined && { BETTER_AUTH_SECRET: value }),
    })
    expect(await backend.ended).toBe(1)
    expect(backend.stdout).toBe('')
    expect(backend.stderr).toMatch(/^plinth: 3 settings are missing or wrong:\n/)
    expect(backend.stderr).toMatch(reason)
    // only the message: one line per problem, one about where to set them, and no stack
    expect(backend.stderr.trimEnd().split('\n')).toHaveLength(5)
    for (const name of ['BETTER_AUTH_SECRET', 'PORT', 'CORS_ORIGINS'])
      expect(backend.stderr).toContain(`\n  ${name} `)
    expect(backend.stderr).toContain('(PLINTH_SETTINGS_INVALID)')
    expect(backend.stderr).not.toContain(password)
    if (value) expect(backend.stderr).not.toContain(value)
  })

  it.each([
    [
      'a database of another kind',
      { DATABASE_URL: `mysql://ann:${password}@db/app` },
      'DATABASE_URL',
    ],
    ['an invalid frontend URL', { BETTER_AUTH_URL: 'ftp://frontend' }, 'AUTH_INVALID'],
  ])('with %s', async (_, wrong, word) => {
    await using backend = startBackend({ ...production, BETTER_AUTH_SECRET: secret, ...wrong })
    expect(await backend.ended).toBe(1)
    expect(backend.stdout).toBe('')
    expect(backend.stderr).toMatch(/^plinth: .*\n$/)
    expect(backend.stderr).toContain(word)
    expect(backend.stderr).not.toContain(password)
  })
})

describe('with a database', () => {
  let server: PostgresServer
  let backend: BackendProcess
  let environment: Record<string, string>
  let url: string
  let token: string
  beforeAll(async () => {
    server = await startPostgres({ password })
    // without the tables of jobs a process in production does not start: see cli/jobs.once.test.ts
    const db = database(server.url)
    await installJobTables(sharedOf(db, 'a test').driver)
    await db.close()
    environment = { ...production, DATABASE_URL: server.url, BETTER_AUTH_SECRET: secret }
    backend = startBackend(environment)
    url = await backend.listening
    token = await createToken(secret, { sub: 'ann', expiresIn: 600 })
  })
  afterAll(async () => {
    await backend[Symbol.asyncDispose]()
    await server.stop()
  })
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const asAnn = () => ({ authorization: `Bearer ${token}` })

  it('prints one line with its address, and no token', () => {
    expect(JSON.parse(backend.stdout)).toMatchObject({ level: 'info', msg: 'listening', url })
  })

  it('serves neither the documentation page nor the OpenAPI document', async () => {
    for (const path of ['/docs', '/docs/', '/openapi.json', '/docs/swagger-ui-bundle.js'])
      expect((await get(path)).status, path).toBe(404)
  })

  it('requires HTTPS in every kind of response', async () => {
    for (const [path, status] of [
      ['/health/live', 200],
      ['/api/tasks', 401],
      ['/nowhere', 404],
      [`/${'x'.repeat(9000)}`, 414],
    ] as const) {
      const response = await get(path)
      expect(response.status).toBe(status)
      expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000')
    }
  })

  it('has not changed the database: it is live, not ready, and does not tell callers why', async () => {
    expect((await get('/health/live')).status).toBe(200)
    const ready = await get('/health/ready')
    expect(ready.status).toBe(503)
    expect(JSON.parse(ready.text)).toMatchObject({
      code: 'PLINTH_UNAVAILABLE',
      checks: { database: 'ok', migrations: 'failed' },
    })
    const tasks = await get('/api/tasks', asAnn())
    expect(tasks.status).toBe(500)
    expect(JSON.parse(tasks.text)).toMatchObject({ code: 'PLINTH_INTERNAL' })
    expect(ready.text + tasks.text).not.toMatch(/relation|select|migration\.sql|_initial/i)
  })

  it('logs the reason', async () => {
    // in production, log lines are buffered for a moment
    await expect.poll(() => backend.stdout).toMatch(/Not applied yet: \d+_initial, \d+_list_orders/)
    await expect.poll(() => backend.stdout).toMatch(/relation \\"tasks\\" does not exist/)
  })

  it('becomes ready without a restart when a separate step has migrated', async () => {
    await using first = startBackend(environment, 'migrate.ts')
    expect(await first.ended).toBe(0)
    expect(first.said).toMatch(
      /^applied \d+_initial\napplied \d+_list_orders\napplied \d+_reminders\n$/,
    )
    await using second = startBackend(environment, 'migrate.ts')
    expect(await second.ended).toBe(0)
    expect(second.said).toBe('The database is up to date\n')
    expect((await get('/health/ready')).status).toBe(200)
    expect(await get('/api/tasks', asAnn())).toMatchObject({ status: 200 })
  })

  it('exits with 0, and has never printed a secret', async () => {
    await get('/api/tasks?token=canary-in-a-query', {
      authorization: `Bearer ${token}x`,
      cookie: `better-auth.session_token=${token}`,
    })
    backend.kill('SIGTERM')
    expect(await backend.ended).toBe(0)
    for (const canary of [secret, password, token, token.split('.')[2]!, 'canary-in-a-query'])
      expect(backend.said).not.toContain(canary)
    for (const line of backend.stdout.trimEnd().split('\n'))
      expect(JSON.parse(line)).toHaveProperty('level')
    expect(backend.stderr).toBe('')
  })
})

describe('an app', () => {
  const log = createLogger({ level: 'silent' })
  const statusOf = async (options: { docs?: boolean }, path: string) => {
    vi.stubEnv('NODE_ENV', 'production')
    const api = app({ title: 'Tasks', routes: {}, log, ...options })
    const { status } = await api.fetch(new Request(`http://localhost${path}`))
    vi.unstubAllEnvs()
    return status
  }
  it('serves its documentation in production only on request', async () => {
    for (const path of ['/docs', '/openapi.json']) {
      expect(await statusOf({}, path)).toBe(404)
      expect(await statusOf({ docs: true }, path)).toBe(200)
      expect(await statusOf({ docs: false }, path)).toBe(404)
    }
  })
})
