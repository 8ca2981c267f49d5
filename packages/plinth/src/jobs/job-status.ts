import type { AnyQueryable } from '../database/queryable.ts'
import { sessionOf } from '../database/session-of.ts'
import { callersDatabase } from './boss-database.ts'
import { selectProgress } from './job-progress.ts'
import type { JobState, JobStatus } from './job.types.ts'
import { bossOf } from './started-bosses.ts'

/** Plinth's words for the states of pg-boss. */
export const jobStates: Readonly<Record<string, JobState>> = {
  created: 'waiting',
  retry: 'retrying',
  active: 'running',
  completed: 'done',
  cancelled: 'cancelled',
  failed: 'failed',
}

/** The states of a job that has not ended, in the words of pg-boss. */
export const unfinishedStates: ReadonlySet<string> = new Set(['created', 'retry', 'active'])

const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i

/** Checks that a text can be the id of a job. Postgres would end the transaction. */
export const isJobId = (id: string): boolean => uuid.test(id)

/** Reads the state of a job, in the transaction if `db` is one. */
export async function jobStatus(
  name: string,
  db: AnyQueryable,
  id: string,
): Promise<JobStatus | null> {
  const boss = bossOf(db, name)
  if (!isJobId(id)) return null
  const by = `the job "${name}"`
  const [job] = await boss.findJobs(name, { id, db: callersDatabase(db, by) })
  if (job === undefined) return null
  const { rows } = await sessionOf(db, by).run(selectProgress(id))
  const [progress] = rows as { part: number; note: string | null }[]
  const { createdOn, completedOn, retryCount, state } = job
  return {
    id,
    state: jobStates[state] ?? 'waiting',
    attempts: state === 'created' ? 0 : retryCount + 1,
    progress: progress ?? null,
    createdAt: createdOn,
    endedAt: completedOn,
  }
}
