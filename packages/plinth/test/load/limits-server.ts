// One of several processes of a service: a limited route that it calls itself, and an idempotent one that it serves.
import { sql } from 'drizzle-orm'
import { app, createLogger, database, dependency, router, serve, transaction } from 'plinth'
import { rateLimit } from 'plinth/limits'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'

/** The requests to send, from the parent process. */
export interface LimitedRun {
  /** Requests per second. */
  readonly rate: number
  readonly seconds: number
}

/** The requests that were sent, and the times at which some were let through. */
export interface LimitedResult {
  readonly asked: number
  /** Milliseconds since the epoch. */
  readonly passed: readonly number[]
  /** Responses other than 200 and 429, by status. */
  readonly others: Readonly<Record<number, number>>
}

const [url = '', limit = '100', port = '0'] = process.argv.slice(2)
const db = database(url)
const limited = rateLimit({ limit: Number(limit), window: '1m', db })
const routes = router('')
const one = routes.get('/one', { dependencies: { limited } }, () => Date.now())
const session = dependency({ db }, ({ db }) => transaction(db))
const effect = routes.post(
  '/effects',
  {
    body: z.object({ name: z.string() }),
    response: z.object({ name: z.string(), process: z.int(), at: z.number() }),
    status: 201,
    idempotent: { by: 'anyone', required: true },
    dependencies: { tx: session },
  },
  async ({ tx, body: { name } }) => {
    await tx.execute(sql`insert into effects (name) values (${name})`)
    // Some are in progress when the process is killed, and when their retry arrives.
    await delay(Math.random() * 10)
    return { name, process: process.pid, at: performance.now() }
  },
)
const api = app({
  title: 'Limits',
  routes: { routes: { one, effect } },
  log: createLogger({ level: 'silent' }),
})
await api.start()

process.on('message', ({ rate, seconds }: LimitedRun) => void run(rate, seconds))
const server =
  Number(port) === 0 ? undefined : await serve(api, { port: Number(port), hostname: '127.0.0.1' })
process.send?.(server === undefined ? 'ready' : 'serving')

async function run(rate: number, seconds: number): Promise<void> {
  const passed: number[] = []
  const others: Record<number, number> = {}
  const running = new Set<Promise<void>>()
  const start = performance.now()
  let asked = 0
  while (performance.now() - start < seconds * 1000) {
    const due = ((performance.now() - start) / 1000) * rate
    for (; asked < due && running.size < 500; asked++) {
      const sent = api.fetch(new Request('http://localhost/one')).then(({ status }) => {
        if (status === 200) passed.push(Date.now())
        else if (status !== 429) others[status] = (others[status] ?? 0) + 1
        running.delete(sent)
      })
      running.add(sent)
    }
    await delay(5)
  }
  await Promise.all(running)
  process.send?.({ asked, passed, others } satisfies LimitedResult)
}
