import { expect, it } from 'vitest'
import { followChanges } from './follow-changes.ts'

/** A stream of some changes, which then ends or breaks. */
async function* stream(changes: number, end?: Error): AsyncGenerator<number> {
  for (let at = 0; at < changes; at++) yield at
  if (end) throw end
}

it('tells each change, connects again after an end or an error, and stops with its signal', async () => {
  const stop = new AbortController()
  const streams = [stream(2), stream(1, new Error('broken')), undefined, stream(1)]
  const pauses: number[] = []
  let changes = 0
  await followChanges({
    connect: async () => streams.shift() ?? Promise.reject(new Error('not there')),
    changed: () => changes++,
    signal: stop.signal,
    pause: async (failures) => {
      pauses.push(failures)
      if (streams.length === 0) stop.abort()
    },
  })
  expect(changes).toBe(4)
  // A stream that gave a change counts as a success.
  expect(pauses).toEqual([0, 0, 1, 0])
})
