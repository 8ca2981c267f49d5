import { setTimeout as sleep } from 'node:timers/promises'
import { database, type Database } from 'plinth'
import { secret, type CliProject, type Run } from '../support/cli-project.ts'

/** Options of {@link killJobWorkers}. */
export interface JobLoad {
  /** The jobs of each kind: one whose effects may repeat, and one whose effects are in its transaction. */
  readonly jobs: number
  readonly workers: number
  readonly kills: number
  /** Milliseconds that each job takes. */
  readonly ms: number
  /** Makes the heartbeats of killed workers old, instead of waiting for them. */
  readonly ageHeartbeats?: boolean
  /** Keeps the workers alive until this many minutes had a scheduled job. */
  readonly minutes?: number
}

/** The database after all jobs have ended. */
export interface JobOutcomes {
  readonly enqueued: number
  /** Different jobs of the kind whose effects may repeat, and their effects. */
  readonly atLeastOnce: number
  readonly effects: number
  /** Different jobs of the kind whose effects are in its transaction, and their effects. */
  readonly exactlyOnce: number
  readonly transactionalEffects: number
  /** Jobs that a transaction enqueued which was rolled back. */
  readonly rolledBack: number
  /** Jobs that are not done, and dead letters. */
  readonly unfinished: number
  readonly dead: number
  readonly retried: number
  readonly kills: number
  /** The minutes in which the scheduled job ran, and its runs. */
  readonly minutes: number
  readonly ticks: number
  readonly seconds: number
}

const chunk = 100

/** Enqueues jobs through a server, and kills workers with SIGKILL until all of them are done. */
export async function killJobWorkers(
  project: CliProject,
  url: string,
  load: JobLoad,
): Promise<JobOutcomes> {
  const settings = {
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: url,
      BETTER_AUTH_SECRET: secret,
      CORS_ORIGINS: '',
    },
  }
  const migrated = await project.plinth(['db', 'migrate'], settings)
  if (migrated.code !== 0) throw new Error(migrated.stderr)
  const db = database(url)
  const started = performance.now()
  const startWorker = (): Run => project.run(['work', '--concurrency', '20'], settings)
  const workers = Array.from({ length: load.workers }, startWorker)
  let kills = 0
  try {
    await using server = project.run(['start', '--port', '0', '--host', '127.0.0.1'], settings)
    const [, base = ''] = await server.until(/"url":"([^"]+)"/)
    const enqueuing = enqueueAll(base, load)
    await Promise.all(workers.map((worker) => worker.until(/"msg":"working"/)))
    for (; kills < load.kills; kills++) {
      await until(db, `select count(*) > 0 as reached from pgboss.job where state = 'active'`)
      const at = kills % workers.length
      workers[at]!.kill('SIGKILL')
      await workers[at]!.ended
      if (load.ageHeartbeats) await ageHeartbeats(db)
      workers[at] = startWorker()
      await workers[at].until(/"msg":"working"/)
    }
    await enqueuing
    await until(
      db,
      `select count(*) = 0 as reached from pgboss.job where state <> 'completed' and name not like '\\_\\_%' and name not like '%/dead'`,
    )
    await until(db, `select count(distinct minute) >= ${load.minutes ?? 0} as reached from ticks`)
    const seconds = Math.round((performance.now() - started) / 1000)
    return { ...(await outcomes(db)), enqueued: load.jobs, kills, seconds }
  } finally {
    for (const worker of workers) {
      worker.kill('SIGKILL')
      await worker.ended
    }
    await db.close()
  }
}

async function enqueueAll(base: string, { jobs, ms }: JobLoad): Promise<void> {
  const send = async (from: number, to: number, fails: boolean): Promise<number> => {
    const response = await fetch(`${base}/enqueued`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to, ms, fails }),
    })
    return response.status
  }
  for (let from = 0; from < jobs; from += chunk) {
    const to = Math.min(from + chunk, jobs)
    const status = await send(from, to, false)
    if (status !== 200) throw new Error(`enqueuing was a ${status}`)
    // The numbers below zero are those of transactions that are rolled back.
    if (from % (5 * chunk) === 0) await send(-10, 0, true)
  }
}

/** Does what the time would do: the supervisor of any worker then gives the jobs to another one. */
const ageHeartbeats = (db: Database): Promise<unknown> =>
  db.execute(
    `update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`,
  )

async function until(db: Database, question: string): Promise<void> {
  for (;;) {
    const { rows } = await db.execute(question)
    if (rows[0]?.['reached'] === true) return
    await sleep(200)
  }
}

async function outcomes(
  db: Database,
): Promise<Omit<JobOutcomes, 'enqueued' | 'kills' | 'seconds'>> {
  const { rows } = await db.execute(`select
    (select count(distinct n)::int from plain where n >= 0) as "atLeastOnce",
    (select count(*)::int from plain where n >= 0) as effects,
    (select count(distinct n)::int from whole where n >= 0) as "exactlyOnce",
    (select count(*)::int from whole where n >= 0) as "transactionalEffects",
    (select count(*)::int from (select n from plain where n < 0 union all select n from whole where n < 0) as each) as "rolledBack",
    (select count(*)::int from pgboss.job where name in ('at-least-once', 'exactly-once') and state <> 'completed') as unfinished,
    (select count(*)::int from pgboss.job where name like '%/dead') as dead,
    (select count(*)::int from pgboss.job where retry_count > 0) as retried,
    (select count(distinct minute)::int from ticks) as minutes,
    (select count(*)::int from ticks) as ticks`)
  return rows[0] as unknown as Omit<JobOutcomes, 'enqueued' | 'kills' | 'seconds'>
}

/** Lists the problems of the outcomes, in sentences. */
export function problemsOf(found: JobOutcomes): string[] {
  const { enqueued } = found
  const rules: readonly (readonly [boolean, string])[] = [
    [found.atLeastOnce === enqueued, 'a job was lost'],
    [found.exactlyOnce === enqueued, 'a transactional job was lost'],
    [found.transactionalEffects === enqueued, 'a transactional job took effect more than once'],
    [found.rolledBack === 0, 'a job of a transaction that was rolled back ran'],
    [found.unfinished === 0, 'a job was forgotten'],
    [found.dead === 0, 'a job became a dead letter'],
    [found.ticks === found.minutes, 'a scheduled job ran more than once in a minute'],
  ]
  return rules.flatMap(([holds, problem]) => (holds ? [] : [problem]))
}
