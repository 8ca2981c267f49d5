// Live lists of many subscribers over real connections, while rows change.
import { get, type ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { asc, eq } from 'drizzle-orm'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import {
  app,
  channel,
  database,
  dependency,
  header,
  id,
  live,
  model,
  owner,
  router,
  serve,
  sse,
} from 'plinth'
import { ownerPolicy, protectRows } from 'plinth/row-security'
import * as z from 'zod'

const Task = model('tasks', { id: id(), title: z.string(), userId: owner() }, (t) => [
  ownerPolicy(t.userId),
])
const changes = channel('tasks', z.null())

/** Options of {@link watchMany}. */
export interface WatchOptions {
  /** The URL of an empty database. */
  readonly url: string
  readonly subscribers: number
  readonly owners: number
  readonly changes: number
  /** Changes per second; 0 for as many as possible. */
  readonly rate: number
  /** Milliseconds between two runs of a query. */
  readonly every: number
  /** Row-level security alone keeps the rows apart: the query asks for those of all owners. */
  readonly policies: boolean
}

/** The outcome of {@link watchMany}. */
export interface WatchOutcome {
  readonly seconds: number
  /** The runs of the lists' queries while rows changed. */
  readonly queries: number
  /** The lists that were received. */
  readonly received: number
  /** The rows of those lists. */
  readonly rows: number
  /** Rows of another owner that a subscriber received. */
  readonly foreign: number
  /** Subscribers whose last list is not the state at the end. */
  readonly behind: number
}

/** Reads the lists of one subscriber. */
class Watcher {
  received = 0
  rows = 0
  foreign = 0
  last = ''
  readonly #request: ClientRequest

  constructor(url: string, user: string) {
    let text = ''
    this.#request = get(`${url}/tasks/live`, { headers: { 'x-user': user } }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) {
          const [, data] = /^data: (.*)$/m.exec(event) ?? []
          if (data === undefined) continue
          this.received += 1
          const rows = JSON.parse(data) as { title: string; userId: string }[]
          this.rows += rows.length
          this.foreign += rows.filter(({ userId }) => userId !== user).length
          this.last = rows.map(({ title }) => title).join()
        }
      })
    }).on('error', () => {})
  }

  close(): void {
    this.#request.destroy()
  }
}

/** Serves live lists from this process, changes rows, and counts. */
export async function watchMany(options: WatchOptions): Promise<WatchOutcome> {
  let queries = 0
  const db = database(options.url, {
    logger: { logQuery: (text) => void (text.includes('"$rows"') && (queries += 1)) },
  })
  const empty = await generateDrizzleJson({})
  for (const statement of await generateMigration(empty, await generateDrizzleJson({ Task })))
    await db.execute(statement)
  await protectRows(db, { Task })
  const users = Array.from({ length: options.owners }, (_, n) => `user-${n}`)
  const rows = await db
    .insert(Task)
    .values(users.flatMap((userId) => [1, 2, 3].map((n) => ({ title: `task ${n}`, userId }))))
    .returning()
  const server = await serve(liveApp(db, options), { port: 0, hostname: '127.0.0.1' })
  const watchers = Array.from(
    { length: options.subscribers },
    (_, n) => new Watcher(server.url, users[n % users.length]!),
  )
  try {
    while (watchers.some(({ received }) => received === 0)) await sleep(10)
    queries = 0
    const started = performance.now()
    const last: Promise<unknown>[] = []
    for (let made = 0; made < options.changes; made++) {
      const { id, userId } = rows[made % rows.length]!
      const change = db.transaction(async (tx) => {
        await tx
          .update(Task)
          .set({ title: `change ${made}` })
          .where(eq(Task.id, id))
        await changes.publish(tx, userId, null)
      })
      last.push(change)
      if (options.rate === 0) await change
      else await sleep(Math.max(0, started + (made * 1000) / options.rate - performance.now()))
    }
    await Promise.all(last)
    const seconds = (performance.now() - started) / 1000
    const changing = queries
    const states = new Map<string, string>()
    for (const user of users) {
      const list = await db.select().from(Task).where(eq(Task.userId, user)).orderBy(asc(Task.id))
      states.set(user, list.map(({ title }) => title).join())
    }
    const behind = (): number =>
      watchers.filter((one, n) => one.last !== states.get(users[n % users.length]!)).length
    for (let tries = 0; behind() > 0 && tries < 600; tries++) await sleep(50)
    return {
      seconds,
      queries: changing,
      received: watchers.reduce((sum, { received }) => sum + received, 0),
      rows: watchers.reduce((sum, { rows }) => sum + rows, 0),
      foreign: watchers.reduce((sum, { foreign }) => sum + foreign, 0),
      behind: behind(),
    }
  } finally {
    for (const one of watchers) one.close()
    await server.close()
    await db.close()
  }
}

function liveApp(db: ReturnType<typeof database>, { every, policies }: WatchOptions) {
  const user = dependency({ id: header(z.string(), { name: 'x-user' }) }, ({ id }) => ({ id }))
  const tasks = router('/tasks', { dependencies: { user, db } })
  const own = tasks.get('/live', { response: sse(z.array(Task)) }, ({ user, db }) => {
    const subscription = changes.subscribe(db, user.id)
    return policies
      ? live((tx) => tx.select().from(Task).orderBy(asc(Task.id)), subscription, {
          every,
          user: user.id,
        })
      : live(
          db.select().from(Task).where(eq(Task.userId, user.id)).orderBy(asc(Task.id)),
          subscription,
          { every },
        )
  })
  return app({ title: 'Live', routes: { tasks: { own } } })
}
