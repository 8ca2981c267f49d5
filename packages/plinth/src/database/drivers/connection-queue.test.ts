import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ConnectionQueue } from './connection-queue.ts'

/** A queue for one connection that is taken, and callers who wait for it. */
async function queueOf(callers: number) {
  const queue = new ConnectionQueue(1, 60_000, 3)
  await queue.acquire()
  const outcomes: string[] = []
  const enter = (name: string): void =>
    queue.enter({
      granted: () => outcomes.push(`${name} granted`),
      expired: ({ code }) => outcomes.push(`${name} ${code}`),
    })
  for (let n = 0; n < callers; n++) enter(`early ${n}`)
  return { queue, enter, outcomes }
}

/** Waits until the queue stands: callers have waited for too long, for too long. */
const standing = 650

it('a queue that stands and is full refuses the next caller at once, and keeps those who wait', async () => {
  const { queue, enter, outcomes } = await queueOf(3)
  await delay(standing)
  enter('late')
  expect(outcomes).toEqual(['late PLINTH_DATABASE_BUSY'])
  queue.release()
  enter('later')
  expect(outcomes).toEqual(['late PLINTH_DATABASE_BUSY', 'early 0 granted'])
  for (let n = 0; n < 3; n++) queue.release()
  expect(outcomes.slice(2)).toEqual(['early 1 granted', 'early 2 granted', 'later granted'])
})

it('a queue that stands and is short lets callers wait', async () => {
  const { queue, enter, outcomes } = await queueOf(2)
  await delay(standing)
  enter('late')
  for (let n = 0; n < 3; n++) queue.release()
  expect(outcomes).toEqual(['early 0 granted', 'early 1 granted', 'late granted'])
})

it('a burst waits, however many callers there are', async () => {
  const { queue, outcomes } = await queueOf(50)
  for (let n = 0; n < 50; n++) queue.release()
  expect(outcomes).toEqual(Array.from({ length: 50 }, (_, n) => `early ${n} granted`))
})
