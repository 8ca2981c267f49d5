import { sql, type SQL } from 'drizzle-orm'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, database } from '../../../src/database/database.ts'
import { sqlState } from '../../../src/database/drivers/sql-state.ts'

/** The deployed code: the columns that it writes and reads. */
export interface Code {
  /** The values of inserted rows besides the title. */
  readonly values: Readonly<Record<string, SQL>>
  /** The columns that it reads. */
  readonly reads: readonly string[]
}

/** Clients that continuously read, insert and update rows of `tasks` until they are stopped. */
export interface Load {
  /** Runs something while the clients hardly pause. At other times they leave the processor to the tests. */
  during<T>(work: () => Promise<T>): Promise<T>
  /** Deploys new code. Resolves when no request of the old code runs any more. */
  deploy(code: Code): Promise<void>
  /** The SQLSTATEs of requests that failed since the last call. */
  failed(): string[]
  /** The number of successful requests since the last call. */
  succeeded(): number
  /** The total number of acknowledged rows. */
  readonly inserted: number
  stop(): Promise<void>
}

const clients = 4
/** Milliseconds between the rounds of a client. */
const pauses = { full: 2, light: 25 }

export function startLoad(url: string, first: Code): Load {
  const db = database(url, { max: clients })
  let code = first
  let pause = pauses.light
  const stopped = new AbortController()
  let inserted = 0
  let good = 0
  let failures: string[] = []
  const running = new Set<Promise<void>>()
  const request = async (run: () => Promise<unknown>): Promise<void> => {
    const attempt = tryOnce(run)
    running.add(attempt)
    await attempt
    running.delete(attempt)
  }
  const tryOnce = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run()
      good += 1
    } catch (error) {
      failures.push(sqlState(error) ?? String(error))
    }
  }
  const client = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await request(() => read(db, code))
      await request(async () => {
        await insert(db, code)
        inserted += 1
      })
      await request(() => db.execute(change))
      await sleep(pause)
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    during: async (work) => {
      pause = pauses.full
      try {
        return await work()
      } finally {
        pause = pauses.light
      }
    },
    deploy: async (next) => {
      code = next
      await Promise.all(running)
    },
    failed: () => {
      const seen = failures
      failures = []
      return seen
    },
    succeeded: () => {
      const seen = good
      good = 0
      return seen
    },
    get inserted() {
      return inserted
    },
    stop: async () => {
      stopped.abort()
      await all
      await db.close()
    },
  }
}

const read = (db: Database, { reads }: Code): Promise<unknown> =>
  db.execute(
    sql`select ${sql.join(
      reads.map((name) => sql.identifier(name)),
      sql`, `,
    )} from tasks order by id limit 20`,
  )

const insert = (db: Database, { values }: Code): Promise<unknown> =>
  db.execute(
    sql`insert into tasks (title, ${sql.join(
      Object.keys(values).map((name) => sql.identifier(name)),
      sql`, `,
    )}) values ('a task', ${sql.join(Object.values(values), sql`, `)})`,
  )

const change = sql`update tasks set title = 'a changed task' where id = (select id from tasks where id >= gen_random_uuid() limit 1)`
