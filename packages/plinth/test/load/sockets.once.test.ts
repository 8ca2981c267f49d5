// The short form of `npm run load -- sockets`: counts, and nothing that depends on the speed of the machine.
import { expect, it } from 'vitest'
import { echo } from './sockets.load.ts'

it('200 sockets get back each of their messages', async () => {
  const [plinth] = await echo(['plinth'], { sockets: 200, rate: 2000, seconds: 1, turns: 1 })
  expect(plinth!.sent).toBeGreaterThan(0)
  expect(plinth!.echoed).toBe(plinth!.sent)
})
