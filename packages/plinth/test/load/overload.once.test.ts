// The short form of `npm run load -- overload`: counts and states, no times.
import { expect, it, onTestFinished } from 'vitest'
import { loadOf, OverloadServer } from './overload.load.ts'

it('at four times its capacity a server responds to every request, refuses most of them, and recovers', async () => {
  const server = new OverloadServer()
  onTestFinished(() => server.stop())
  await server.started()
  const { sent, ok, refused, failed, unanswered, refusal } = await loadOf(server.port, 4, 3)
  expect({ failed, unanswered, answered: ok + refused }).toEqual({
    failed: 0,
    unanswered: 0,
    answered: sent,
  })
  expect(ok).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(20)
  expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i)
  expect(refusal).not.toMatch(/\r\nconnection: close\r\n/i)
  expect(refusal).toContain('"code":"PLINTH_OVERLOADED"')
  await expect.poll(async () => (await loadOf(server.port, 0.1, 0.5)).refused).toBe(0)
})
