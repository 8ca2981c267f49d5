import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import { callersDatabase } from './boss-database.ts'
import { invalidJob } from './check-job-options.ts'
import type { JobDefinition } from './job-definition.ts'
import type { EnqueueOptions } from './job.types.ts'
import { traceSend } from './job-trace.ts'
import { orderedId } from './ordered-id.ts'
import { bossOf } from './started-bosses.ts'

const enqueueOptions: OptionNames<EnqueueOptions> = {
  delay: true,
  at: true,
  priority: true,
  key: true,
  replace: true,
}

interface Enqueued {
  readonly db: AnyQueryable
  readonly input: object
  readonly options: EnqueueOptions
}

/** Stores a job. Returns its id, or `null` if `unique` dropped it. */
export async function enqueue(
  definition: JobDefinition,
  { db, input, options }: Enqueued,
): Promise<string | null> {
  const { name } = definition
  checkOptions(options, enqueueOptions, `enqueue() of the job "${name}"`)
  const { unique } = definition.options
  checkEnqueueOptions(name, options, unique)
  const stored = definition.input.encode(input)
  const boss = bossOf(db, name)
  const { delay, at, priority, key, replace = false } = options
  // Without a key, all jobs of a unique kind would count as one.
  const singletonKey = key ?? (unique === undefined ? undefined : crypto.randomUUID())
  const send = {
    ...(unique === 'ordered' && !replace && { id: orderedId() }),
    ...(delay !== undefined && { startAfter: delay / 1000 }),
    ...(at !== undefined && { startAfter: at }),
    ...(priority !== undefined && { priority }),
    ...(singletonKey !== undefined && { singletonKey }),
  }
  return await traceSend(name, callersDatabase(db, `the job "${name}"`), async (traced) => {
    if (!replace) return await boss.send(name, stored, { ...send, db: traced })
    // The replaced job keeps what is left out, and `delay` 0 means now.
    const { jobs } = await boss.upsert(name, stored, { startAfter: 0, ...send, db: traced })
    return jobs[0] ?? null
  })
}

/** @throws {PlinthError} `PLINTH_JOB_INVALID`: an option is out of range, or has no effect */
function checkEnqueueOptions(
  name: string,
  { delay, at, priority, key, replace }: EnqueueOptions,
  unique: string | undefined,
): void {
  const refuse = (problem: string): never => {
    throw invalidJob(name, `enqueue(): ${problem}`)
  }
  if (delay !== undefined && !(delay >= 0 && Number.isFinite(delay)))
    refuse(`delay is ${delay}, and must be 0 or more milliseconds`)
  if (at !== undefined && Number.isNaN(at.getTime())) refuse('at is an invalid date')
  if (delay !== undefined && at !== undefined)
    refuse('delay and at contradict each other: pass one')
  if (priority !== undefined && !(Number.isInteger(priority) && Math.abs(priority) <= 1_000_000))
    refuse(`priority is ${priority}, and must be a whole number from -1000000 to 1000000`)
  if (key !== undefined && (key === '' || key.length > 200)) refuse('a key has 1 to 200 characters')
  if (replace === true && key === undefined)
    refuse('replace needs the key of the job that it replaces')
  if (replace !== true && key !== undefined && unique === undefined)
    refuse(
      "the key has no effect, because the job is not unique: declare unique: 'waiting', or pass replace: true",
    )
}
