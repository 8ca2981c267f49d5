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

it('30 subscribers of live lists receive the last state, and by policies alone no row of another owner', async () => {
  const { outcome, problems } = await watchIn(server.url, {
    name: 'policies',
    subscribers: 30,
    owners: 6,
    changes: 120,
    rate: 0,
    every: 20,
    policies: true,
  })
  expect(problems).toEqual([])
  expect(outcome.received).toBeGreaterThan(60)
})
