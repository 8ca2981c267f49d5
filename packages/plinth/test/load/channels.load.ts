// Transactions that publish to three processes, a tenth of which are rolled back.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { database } from 'plinth'
import { startPostgres } from '../support/postgres/postgres-server.ts'
import { keys, numbers, type Received } from './channel-subscriber.ts'
import type { Load } from './main.ts'

/** Options of {@link publishMany}. */
export interface PublishOptions {
  readonly transactions: number
  /** Restarts Postgres after half of them. */
  readonly restarts: boolean
}

/** The outcome of {@link publishMany}. */
export interface PublishOutcome {
  /** The committed messages by key, in their order. */
  readonly committed: Received
  /** The messages of rolled back transactions by key. */
  readonly rolledBack: Received
  /** The messages of transactions that failed with the server, which may have been committed. */
  readonly unknown: Received
  /** The messages that each process received. */
  readonly received: readonly Received[]
  readonly seconds: number
}

const empty = (): Received => Object.fromEntries(keys.map((key) => [key, []]))

const tell = async (child: ChildProcess): Promise<Received> => {
  const told = once(child, 'message')
  child.send('tell')
  return (await told)[0] as Received
}

/** Publishes from this process to three others. */
export async function publishMany(options: PublishOptions): Promise<PublishOutcome> {
  const { transactions, restarts } = options
  const server = await startPostgres({ resumable: restarts })
  const db = database(server.url, { connectTimeout: 60_000 })
  const file = fileURLToPath(new URL('channel-subscriber.ts', import.meta.url))
  const env = { ...process.env, VITEST: '' }
  const children = [1, 2, 3].map(() => fork(file, [server.url], { env }))
  try {
    await Promise.all(children.map((child) => once(child, 'message')))
    const [committed, rolledBack, unknown] = [empty(), empty(), empty()]
    let made = 0
    const half = Promise.withResolvers<void>()
    const publish = async (key: string): Promise<void> => {
      for (let n = 0; made < transactions; n++) {
        if (made >= transactions / 2) half.resolve()
        const isLost = made++ % 10 === 9
        const publishing = db.transaction(async (tx) => {
          await numbers.publish(tx, key, { n, text: n % 500 === 0 ? 'x'.repeat(20_000) : '' })
          if (isLost) throw new RollBack()
        })
        const outcome = await publishing.then(
          () => committed,
          (error: unknown) => (error instanceof RollBack ? rolledBack : unknown),
        )
        outcome[key]!.push(n)
        if (outcome === unknown) await sleep(20)
      }
    }
    const started = performance.now()
    const publishing = Promise.all(keys.map(publish))
    if (restarts) {
      await half.promise
      await server.halt()
      await server.resume()
    }
    await publishing
    const received = await receivedBy(children, async (n) => {
      for (const key of keys) {
        await numbers.publish(db, key, { n, text: '' })
        committed[key]!.push(n)
      }
    })
    const seconds = (performance.now() - started) / 1000
    return { committed, rolledBack, unknown, received, seconds }
  } finally {
    for (const child of children) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    await db.close()
    await server.stop()
  }
}

class RollBack extends Error {}

/** Publishes a last message of each key, until each process has received it, and returns what they received. */
async function receivedBy(
  children: readonly ChildProcess[],
  publish: (n: number) => Promise<void>,
): Promise<readonly Received[]> {
  for (let last = 10_000_000; ; last++) {
    await publish(last)
    // A process that has not connected again does not receive it: it hears of a gap later.
    for (let tries = 0; tries < 20; tries++) {
      const received = await Promise.all(children.map(tell))
      if (received.every((of) => keys.every((key) => of[key]!.at(-1) === last))) return received
      await sleep(50)
    }
  }
}

/** Compares what was received with what was sent. */
export function problemsOf(outcome: PublishOutcome): string[] {
  const { committed, rolledBack, unknown, received } = outcome
  return received.flatMap((of, number) =>
    keys.flatMap((key) => {
      const numbers = of[key]!.filter((n) => n >= 0)
      const gaps = of[key]!.length - numbers.length
      const where = `process ${number + 1}, key ${key}`
      const wrong: string[] = []
      if (numbers.some((n, at) => at > 0 && n <= numbers[at - 1]!))
        wrong.push(`${where}: a message twice, or out of order`)
      const never = new Set(rolledBack[key])
      if (numbers.some((n) => never.has(n))) wrong.push(`${where}: a message that was rolled back`)
      const known = new Set([...committed[key]!, ...unknown[key]!])
      if (numbers.some((n) => !known.has(n))) wrong.push(`${where}: a message that was never sent`)
      const there = new Set(numbers)
      const missing = committed[key]!.filter((n) => !there.has(n)).length
      if (missing > 0 && gaps === 0) wrong.push(`${where}: ${missing} messages missing, and no gap`)
      return wrong
    }),
  )
}

const rowsOf = ({
  committed,
  rolledBack,
  unknown,
  received,
  seconds,
}: PublishOutcome): object[] => {
  const count = (of: Received): number =>
    Object.values(of)
      .flat()
      .filter((n) => n >= 0).length
  return received.map((of, number) => ({
    process: number + 1,
    committed: count(committed),
    'rolled back': count(rolledBack),
    'failed with the server': count(unknown),
    received: count(of),
    gaps: Object.values(of)
      .flat()
      .filter((n) => n < 0).length,
    'per second': Math.round(count(committed) / seconds),
  }))
}

export const load: Load['load'] = async () => {
  const quiet = await publishMany({ transactions: 10_000, restarts: false })
  const restarted = await publishMany({ transactions: 10_000, restarts: true })
  const gaps = quiet.received.flatMap((of) => Object.values(of).flat()).some((n) => n < 0)
  const heard = restarted.received.every((of) => Object.values(of).every((all) => all.includes(-1)))
  return {
    tables: {
      '10,000 transactions, three processes that subscribe': rowsOf(quiet),
      'the same, and Postgres restarts in the middle': rowsOf(restarted),
    },
    problems: [
      ...problemsOf(quiet),
      ...(gaps ? ['a gap, although nothing was interrupted'] : []),
      ...problemsOf(restarted),
      ...(heard ? [] : ['a subscription did not hear of the gap']),
    ],
  }
}
