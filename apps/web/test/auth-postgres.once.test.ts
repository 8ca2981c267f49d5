// @module-tag postgres
// Better Auth on a real Postgres server, which it shares with the API.
import { randomBytes } from 'node:crypto'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import {
  startPostgres,
  type PostgresServer,
} from '../../../packages/plinth/test/support/postgres/postgres-server.ts'

let server: PostgresServer
let pool: Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = new Pool({ connectionString: server.url })
  // the server may stop before the connections close
  pool.on('error', () => {})
  vi.stubEnv('DATABASE_URL', server.url)
  vi.stubEnv('BETTER_AUTH_SECRET', randomBytes(32).toString('base64url'))
})
afterAll(async () => {
  await pool.end()
  await (globalThis as { webDatabase?: { pool?: Pool } }).webDatabase?.pool?.end()
  await server.stop()
})

it('Better Auth creates its tables in its own schema, even if several processes start at once, and signs users up', async () => {
  const { migrateAuth } = await import('../src/server/migrate.ts')
  const { auth } = await import('../src/server/auth.ts')
  await Promise.all([migrateAuth(), migrateAuth(), migrateAuth()])
  await migrateAuth()
  const { rows } = await pool.query<{ schema: string; name: string }>(
    `select table_schema as schema, table_name as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') order by 2`,
  )
  expect(rows.map(({ schema, name }) => `${schema}.${name}`)).toEqual([
    'auth.account',
    'auth.jwks',
    'auth.rateLimit',
    'auth.session',
    'auth.user',
    'auth.verification',
  ])
  const body = { name: 'Ann', email: 'ann@example.com', password: 'correct horse battery' }
  const { user } = await auth.api.signUpEmail({ body })
  const found = await pool.query('select id, email from auth."user"')
  expect(found.rows).toEqual([{ id: user.id, email: body.email }])
})

it('sign-ups of one address are limited, in the database that all processes share', async () => {
  const { auth, environment } = await import('../src/server/auth.ts')
  const signUp = async (address: string, name: string): Promise<number> => {
    const body = { name, email: `${name}@example.com`, password: 'correct horse battery' }
    const headers = {
      'content-type': 'application/json',
      origin: environment.url,
      'x-forwarded-for': address,
    }
    const url = `${environment.url}/api/auth/sign-up/email`
    const request = new Request(url, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await auth.handler(request)).status
  }
  const names = ['bea', 'cid', 'dan', 'eve', 'fay', 'gus']
  const statuses = await Promise.all(names.map((name) => signUp('192.0.2.1', name)))
  expect(statuses.toSorted()).toEqual([200, 200, 200, 429, 429, 429])
  expect(await signUp('192.0.2.2', 'hal')).toBe(200)
  const { rows } = await pool.query('select key from auth."rateLimit" order by key')
  expect(rows).toEqual(['1', '2'].map((n) => ({ key: `192.0.2.${n}|/sign-up/email` })))
})

it('Better Auth survives when the server closes active and idle connections', async () => {
  const { alone } = await import('../src/server/database.ts')
  const { auth } = await import('../src/server/auth.ts')
  const terminate =
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()'
  const run = alone(server.url, async () => {
    await pool.query(terminate)
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  await run
  const body = { email: 'ann@example.com', password: 'correct horse battery' }
  expect((await auth.api.signInEmail({ body })).user.email).toBe(body.email)
})
