import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { callersDatabase } from './boss-database.ts'
import { invalidJob } from './check-job-options.ts'
import { isJobId, unfinishedStates } from './job-status.ts'
import type { CanceledJobs } from './job.types.ts'
import { bossOf } from './started-bosses.ts'

const canceledJobs: OptionNames<CanceledJobs> = { id: true, key: true }

/** More jobs with one key than this are not canceled at once. */
const mostJobs = 10_000

/**
 * Cancels one job by its id, or those of a key that have not begun. Returns their number.
 *
 * @throws {PlinthError} `PLINTH_JOB_INVALID`: neither an id nor a key, or both
 */
export async function cancelJobs(
  name: string,
  db: AnyQueryable,
  which: CanceledJobs,
): Promise<number> {
  checkOptions(which, canceledJobs, `cancel() of the job "${name}"`)
  const { id, key } = which
  if ((id === undefined) === (key === undefined))
    throw invalidJob(name, 'cancel(): pass the id of a job, or the key of jobs: { id } or { key }')
  const boss = bossOf(db, name)
  if (id !== undefined && !isJobId(id)) return 0
  const own = callersDatabase(db, `the job "${name}"`)
  const chosen = id === undefined ? { key: key!, queued: true, limit: mostJobs } : { id }
  const found = await boss.findJobs(name, { ...chosen, db: own })
  const ids = found.filter(({ state }) => unfinishedStates.has(state)).map((job) => job.id)
  if (ids.length > 0) await boss.cancel(name, ids, { db: own })
  return ids.length
}
