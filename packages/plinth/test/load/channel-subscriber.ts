// A process of `npm run load -- channels`: it subscribes, and reports what it received.
import { channel, database, gap } from 'plinth'
import * as z from 'zod'

/** The channel of the load. */
export const numbers = channel('numbers', z.object({ n: z.int(), text: z.string() }))
export const keys: readonly string[] = ['a', 'b', 'c', 'd']

/** The messages of a process: the number of each by key, and -1 for a gap. */
export type Received = Record<string, number[]>

if (process.send !== undefined && import.meta.main) {
  const db = database(process.argv[2]!, { connectTimeout: 60_000 })
  const received: Received = {}
  const all = keys.map((key) => {
    received[key] = []
    return { key, messages: numbers.subscribe(db, key, { gaps: true, buffer: 20_000 }) }
  })
  await Promise.all(all.map(({ messages }) => messages.ready))
  for (const { key, messages } of all)
    void (async () => {
      for await (const message of messages) received[key]!.push(message === gap ? -1 : message.n)
    })()
  process.on('message', (said) => {
    if (said === 'tell') process.send!(received)
    else void db.close().then(() => process.disconnect())
  })
  process.send('ready')
}
