import type * as z from 'zod'
import type { AskedOf } from '../dependencies/asked.types.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { Dependencies, ValuesOf } from '../dependencies/dependency.ts'
import type { AnyQueryable, DatabaseTransaction } from '../database/queryable.ts'
import type { Logger } from '../logging/logger.types.ts'

/** The part of the context that every job's handler gets besides its dependencies. */
export interface JobContext<In> {
  /** The input of `enqueue`, read by the schema of the job. */
  readonly input: In
  /** The id that `enqueue` returned. */
  readonly jobId: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Aborts at the deadline, at shutdown, and when another worker has taken the job over. */
  readonly signal: AbortSignal
  /** A logger whose lines carry the name and the id of the job. */
  readonly log: Logger
  /**
   * Stores how far the job is, for `status()`: at most once a second, without waiting.
   *
   * @param part - from 0 to 1
   * @param note - a short text for people, such as `3 of 10 files`
   */
  readonly progress: (part: number, note?: string) => void
}

/** The names of a job's context, which dependencies cannot have. */
export interface ReservedInJobs {
  input?: never
  jobId?: never
  attempt?: never
  signal?: never
  log?: never
  progress?: never
  tx?: never
}

/** Refuses dependencies that read a request: a job has none. The type of a wrong one is the reason. */
export type Requestless<D extends Dependencies> = {
  [K in keyof D]: [AskedOf<Pick<D, K>, 'query' | 'header' | 'cookie' | 'path' | 'body'>] extends [
    never,
  ]
    ? D[K]
    : 'this dependency reads the request, and a job has none'
}

/** The input of a job that declares none. */
export interface NoInput extends z.core.$ZodType<{}, {}> {}

/** Options of a job. Times are in milliseconds. */
export interface JobOptions<
  S = z.core.$ZodType,
  D extends Dependencies = Dependencies,
  T = boolean,
> {
  /**
   * The schema of the input, an object. It is stored as JSON, in the wire form of a request's body.
   *
   * It is checked by `enqueue`, and again before the handler runs. Stored input that no longer fits goes to the dead
   * letters with the reason. Default: no input.
   */
  readonly input?: S
  readonly dependencies?: D & Requestless<D>
  /** The number of attempts after the first one, with exponential backoff. Default 2. */
  readonly retries?: number
  /** The delay before the first retry, in whole seconds; it doubles each time. Default 1000. */
  readonly retryDelay?: number
  /** The longest delay before a retry, in whole seconds. Default 3 600 000, an hour. */
  readonly retryDelayMax?: number
  /** The time that one attempt may take, in whole seconds: then `signal` aborts, and the attempt failed. Default 900 000. */
  readonly deadline?: number
  /** The number of jobs of this kind that one process runs at the same time. Default 5. */
  readonly concurrency?: number
  /**
   * Runs the handler and the completion of the job in one transaction, `tx` in its context.
   *
   * What the handler writes through `tx` takes effect exactly once, however often a worker is killed. On an embedded
   * database, which has one connection, every request waits meanwhile. Default `false`.
   */
  readonly transactional?: T
  /**
   * The jobs that may exist once per `key` of `enqueue`. It cannot be changed later.
   *
   * | value | meaning |
   * | --- | --- |
   * | `waiting` | one that has not begun |
   * | `unfinished` | one that has not ended |
   * | `ordered` | any number, which run one after the other; a failed one holds back its key |
   *
   * Default: any number, which run at the same time.
   */
  readonly unique?: 'waiting' | 'unfinished' | 'ordered'
  /** The days for which jobs that have ended are kept, for `status()` and `plinth jobs`. Default 7. */
  readonly keepDays?: number
}

/** The handler of a job. */
export type JobHandler<S extends z.core.$ZodType, D extends Dependencies, T extends boolean> = (
  context: JobContext<z.output<S>> & ValuesOf<D> & (T extends true ? InTransaction : {}),
) => unknown

/** The transaction of a job with `transactional: true`. */
export interface InTransaction {
  /** Committed together with the completion of the job. */
  readonly tx: DatabaseTransaction
}

/** Options of `enqueue`. Times are in milliseconds. */
export interface EnqueueOptions {
  /** The time until the job may begin. Default 0. */
  readonly delay?: number
  /** The earliest time at which the job begins, instead of `delay`. */
  readonly at?: Date
  /** A whole number. A job with a higher one begins first. Default 0. */
  readonly priority?: number
  /** The value that `unique` and `replace` compare jobs by, such as the id of a user. At most 200 characters. */
  readonly key?: string
  /** Gives the waiting job of the same `key` this input and delay instead, if there is one (debounce). Default `false`. */
  readonly replace?: boolean
}

/** The jobs that `cancel` ends. */
export interface CanceledJobs {
  /** The id that `enqueue` returned. */
  readonly id?: string
  /** The `key` of `enqueue`. */
  readonly key?: string
}

/** The arguments of `enqueue` after the database. */
export type EnqueueArguments<In> = {} extends In
  ? [input?: In, options?: EnqueueOptions]
  : [input: In, options?: EnqueueOptions]

/** Options of `schedule`. */
export interface ScheduleOptions<In> {
  readonly input: In
  /** The time zone of the cron expression, such as `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string
  /** Tells several schedules of one job apart. */
  readonly key?: string
  /** Runs that came due while no worker ran: `skip` drops them, and `once` runs one for all of them. Default `skip`. */
  readonly missed?: 'skip' | 'once'
}

/** The arguments of `schedule` after the cron expression. */
export type ScheduleArguments<In> = {} extends In
  ? [options?: Partial<ScheduleOptions<In>>]
  : [options: ScheduleOptions<In>]

/** The state of a job. */
export type JobState = 'waiting' | 'retrying' | 'running' | 'done' | 'failed' | 'cancelled'

/** The facts about one job. */
export interface JobStatus {
  readonly id: string
  readonly state: JobState
  /** The number of attempts that have begun. */
  readonly attempts: number
  /** The last report of the handler; `null` before that. */
  readonly progress: { readonly part: number; readonly note: string | null } | null
  readonly createdAt: Date
  /** Set once it has ended. */
  readonly endedAt: Date | null
}

/** A kind of job: the result of `job()`. */
export interface Job<in out In> {
  /** The type of its input. It exists in types alone. */
  readonly '~input': In
  readonly name: string
  /**
   * Stores a job, in the transaction if `db` is one: it begins after the commit, and is gone after a rollback.
   *
   * @param db - the database of the app's jobs, or a transaction on it
   * @returns the id of the job; `null` if `unique` dropped it, because there is one with the same key
   * @throws {PlinthError} `PLINTH_JOB_INVALID`: the input does not fit the schema, or an option has no effect
   * @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: the app has not started, or does not have the job
   */
  enqueue(db: AnyQueryable, ...given: EnqueueArguments<In>): Promise<string | null>
  /**
   * Declares that the job is enqueued again and again, by a cron expression. Export the result beside the job.
   *
   * Each time it is enqueued once, however many workers there are, up to 10 s late.
   *
   * @param cron - five fields, such as `0 6 * * 1-5`: minute, hour, day of the month, month, day of the week
   */
  schedule(cron: string, ...given: ScheduleArguments<In>): Schedule
  /**
   * Reads the state of a job, for a route that shows it.
   *
   * @returns `null` if there is no such job, or it was deleted after `keepDays`
   */
  status(db: AnyQueryable, id: string): Promise<JobStatus | null>
  /**
   * Cancels jobs, in the transaction if `db` is one: one by its id, or all those of a `key` that have not begun.
   *
   * The `signal` of a job that runs aborts, and the transaction of a transactional one is rolled back.
   *
   * @returns how many have been canceled; a job that has ended does not count
   * @throws {PlinthError} `PLINTH_JOB_INVALID`: neither an id nor a key, or both
   */
  cancel(db: AnyQueryable, which: CanceledJobs): Promise<number>
}

/** A job that is enqueued again and again: the result of `schedule()`. */
export interface Schedule {
  /** The name of the job. */
  readonly job: string
  readonly cron: string
  readonly timeZone: string
  readonly key: string
}

/** The jobs of an app. Times are in milliseconds. */
export interface JobsOptions {
  /** The database that stores the jobs. */
  readonly db: Dependency<AnyQueryable>
  /** The modules that export jobs and schedules: `{ mails }` with `import * as mails from './mails.ts'`. */
  readonly modules: Readonly<Record<string, object>>
  /**
   * Runs jobs in the process that serves the app.
   *
   * Default: in development, and on an embedded database, which no other process can open. In production, jobs run in
   * the processes of `plinth work`.
   */
  readonly work?: boolean
  /** The number of jobs of all kinds that one process runs at the same time. Default 10. */
  readonly concurrency?: number
  /** The time that running jobs get at shutdown, before they are returned to the queue. Default 500; in `plinth work` 30 000. */
  readonly gracePeriod?: number
  /** The time after which the job of a process that has died is given to another, in whole seconds. Default 20 000; at least 10 000. */
  readonly heartbeat?: number
}
