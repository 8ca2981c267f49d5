// @module-tag postgres
// The short form of `npm run load -- live`.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'
import { watchIn } from './live.load.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

it.for([false, true])(
  'of 40 subscribers of live lists none misses the last state, or sees a row of another owner (row-level security: %s)',
  async (policies) => {
    const { outcome, problems } = await watchIn(server.url, {
      name: policies ? 'policies' : 'conditions',
      subscribers: 40,
      owners: 8,
      changes: 200,
      rate: 0,
      every: 20,
      policies,
    })
    expect(problems).toEqual([])
    expect(outcome.received).toBeGreaterThan(100)
  },
)
