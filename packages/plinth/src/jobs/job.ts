import type * as z from 'zod'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { Dependencies } from '../dependencies/dependency.ts'
import { cancelJobs } from './cancel-jobs.ts'
import { enqueue } from './enqueue.ts'
import { JobDefinition } from './job-definition.ts'
import { JobSchedule } from './job-schedule.ts'
import { jobStatus } from './job-status.ts'
import type {
  CanceledJobs,
  EnqueueOptions,
  Job,
  JobHandler,
  JobOptions,
  JobStatus,
  NoInput,
  ReservedInJobs,
  Schedule,
  ScheduleOptions,
} from './job.types.ts'

/** A definition with the methods that users call. */
class DeclaredJob extends JobDefinition {
  enqueue(
    db: AnyQueryable,
    input: object = {},
    options: EnqueueOptions = {},
  ): Promise<string | null> {
    return enqueue(this, { db, input, options })
  }

  schedule(cron: string, options: Partial<ScheduleOptions<object>> = {}): Schedule {
    return new JobSchedule(this, cron, options)
  }

  status(db: AnyQueryable, id: string): Promise<JobStatus | null> {
    return jobStatus(this.name, db, id)
  }

  cancel(db: AnyQueryable, which: CanceledJobs): Promise<number> {
    return cancelJobs(this.name, db, which)
  }
}

/**
 * Declares a kind of background job: its input, its dependencies, and its handler.
 *
 * `enqueue` stores a job in Postgres, in a transaction if you like. A worker runs it, with retries. Hand the job to the
 * app: `app({ jobs: { db, modules: { mails } } })`. It needs the package `pg-boss`.
 *
 * @param name - unique in the app; letters, digits, `_`, `-` and `.`
 * @throws {PlinthError} `PLINTH_JOB_INVALID`: the name or an option is wrong, or a dependency reads the request
 * @see https://docs.celeryq.dev/en/stable/userguide/tasks.html
 * @example
 * ```ts
 * import { database, dependency } from 'plinth'
 * import { job } from 'plinth/jobs'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const mail = dependency(() => ({ send: async (to: string) => console.log('sent', to) }), { scope: 'app' })
 *
 * export const welcome = job(
 *   'welcome',
 *   { input: z.object({ email: z.email() }), dependencies: { mail }, retries: 5 },
 *   async ({ input, mail }) => mail.send(input.email),
 * )
 * export const signUp = (email: string) => db.transaction((tx) => welcome.enqueue(tx, { email }))
 * ```
 */
export function job<
  S extends z.core.$ZodType<object, object> = NoInput,
  const D extends Dependencies & ReservedInJobs = {},
  const T extends boolean = false,
>(name: string, options: JobOptions<S, D, T>, handler: JobHandler<S, D, T>): Job<z.output<S>> {
  checkOptions(options, jobOptions, `the job "${name}"`)
  // A definition holds any job; the type says which one it is.
  return new DeclaredJob(name, options, handler) as unknown as Job<z.output<S>>
}

const jobOptions: OptionNames<JobOptions> = {
  input: true,
  dependencies: true,
  retries: true,
  retryDelay: true,
  retryDelayMax: true,
  deadline: true,
  concurrency: true,
  transactional: true,
  unique: true,
  keepDays: true,
}
