// @module-tag postgres
// The short form of `npm run load -- limits`: counts and states, no times.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'
import { keyedRequests, limitedProcesses } from './limits.load.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

it('a limit holds for four processes together', async () => {
  const { asked, passed, most, others } = await limitedProcesses(server.url, {
    processes: 4,
    limit: 50,
    rate: 400,
    seconds: 2,
  })
  expect(asked).toBeGreaterThan(200)
  expect(passed).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(50 + 4)
  // On a busy machine, a count may take too long, which is a 503.
  expect(others).toEqual([])
})

it('each idempotency key takes effect once, while its server is killed and its requests are sent again', async () => {
  const requests = 300
  const result = await keyedRequests(server.url, { requests, kills: 2, connections: 10 })
  expect(result).toMatchObject({ effects: requests, names: requests, differing: 0, wrong: 0 })
  expect(result.replayed).toBeGreaterThan(0)
})
