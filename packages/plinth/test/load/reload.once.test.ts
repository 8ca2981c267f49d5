// The short form of `npm run load -- reload`: counts, no times.
import { expect, it } from 'vitest'
import { reloads } from './reload.load.ts'

it('plinth dev serves the new code of the reference backend after each save', async () => {
  const timed = await reloads(2)
  for (const { times } of timed) expect(times).toHaveLength(2)
  expect(timed.length).toBeGreaterThanOrEqual(2)
})
