// @module-tag postgres
// The short form of `npm run load -- tracing`: the spans, no times.
import { expect, it } from 'vitest'
import { measureTracing } from './tracing.load.ts'

it('lists respond with 200 with and without OpenTelemetry, and only sampled ones leave spans', async () => {
  const { spans } = await measureTracing({ rounds: 1, requests: 20, warmUp: 1 })
  // Request, authentication, statement and encoding of 21 requests. At 1 %, none or few of 21 are sampled.
  expect(spans).toBeGreaterThanOrEqual(21 * 3)
  expect(spans).toBeLessThan(21 * 4 * 2)
})
