import { expect, it } from 'vitest'
import { startChild } from './server-child.fixture.ts'

it('an unhandled rejection is logged once, with the id of its request, and affects no other request', async () => {
  const child = await startChild('serve-process.fixture.ts', { lameDuck: 0 })
  const ids = ['first', 'second', 'third']
  const ask = (id: string): Promise<Response> =>
    fetch(`http://localhost:${child.port}/forgets`, { headers: { 'x-request-id': id } })
  const responses = await Promise.all(ids.map(ask))
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
  const logged = () => child.lines.filter(({ level }) => level === 'error')
  await expect.poll(() => logged().length).toBe(3)
  for (const line of logged())
    expect(line).toMatchObject({
      msg: 'unhandled rejection',
      reason: { message: 'forgotten' },
    })
  expect(
    logged()
      .map(({ requestId }) => requestId)
      .toSorted(),
  ).toEqual(ids)
  expect((await ask('fourth')).status).toBe(200)
  child.process.kill('SIGTERM')
  expect(await child.exit).toBe(0)
})

it('an error thrown after the response is logged once, with the id of its request', async () => {
  const child = await startChild('serve-process.fixture.ts', { lameDuck: 0 })
  const headers = { 'x-request-id': 'late' }
  await fetch(`http://localhost:${child.port}/throws`, { headers })
  expect(await child.exit).toBe(1)
  const logged = child.lines.filter(({ level }) => level === 'error')
  expect(logged).toHaveLength(1)
  expect(logged[0]).toMatchObject({ requestId: 'late', err: { message: 'thrown' } })
})
