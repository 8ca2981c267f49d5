// @module-tag postgres
// The short form of `npm run load -- mixed`: outcomes, no times.
import { expect, it } from 'vitest'
import { mixedLoad, unexpected } from './mixed.load.ts'

it('two workers on Postgres give every request of a mix its expected response, while others leave', async () => {
  // Fewer connections than the pool has: on a busy machine, a queue at the pool is refused with 503.
  const [period] = await mixedLoad({ periods: 1, seconds: 3, connections: 8 })
  expect(unexpected(period!)).toEqual([])
  for (const { name, sent } of period!.kinds) expect(sent, name).toBeGreaterThan(0)
})
