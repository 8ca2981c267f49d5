import type { JobWithMetadata, PgBoss } from 'pg-boss'
import type { Driver } from '../database/drivers/driver.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { Dependency } from '../dependencies/definition.ts'
import type { ErrorHook } from '../logging/error-hook.ts'
import type { Logger } from '../logging/logger.types.ts'
import { callersDatabase } from './boss-database.ts'
import type { JobDefinition } from './job-definition.ts'
import { ProgressWriter } from './job-progress.ts'
import { traceJob } from './job-trace.ts'

/** The app that jobs belong to. */
export interface JobsHost {
  readonly log: Logger
  /** The app's `onError`; `undefined` without one. */
  readonly errors: ErrorHook | undefined
  /** Creates a dependency, calls the function with it, and closes it. */
  run<T, R>(dependency: Dependency<T>, use: (value: T) => R | Promise<R>): Promise<R>
}

/** The parts that the jobs of one app share. */
export interface JobsSetup {
  readonly host: JobsHost
  readonly boss: PgBoss
  readonly db: AnyQueryable
  readonly driver: Driver
}

/** The job was given to another worker in the meantime. */
class LostClaim extends Error {
  override readonly name = 'LostClaim'
  constructor() {
    super(
      'the job was given to another worker while this one ran, so its transaction was rolled back',
    )
  }
}

/** One attempt of a job. */
export interface Attempt {
  readonly definition: JobDefinition
  readonly job: JobWithMetadata
  readonly signal: AbortSignal
}

/** The end of an attempt that did not throw. */
export type JobEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'deadletter'; readonly reason: string; readonly output: object }

/**
 * Runs one attempt of a job: reads its input, makes its dependencies, and calls its handler.
 *
 * @throws the error of the handler, or of a dependency
 */
export const runJob = (attempt: Attempt, setup: JobsSetup): Promise<JobEnd> =>
  traceJob(attempt.job, setup.driver, () => runAttempt(attempt, setup))

async function runAttempt({ definition, job, signal }: Attempt, setup: JobsSetup): Promise<JobEnd> {
  const { name, options } = definition
  const { host, db, driver } = setup
  const log = host.log.child({ job: name, jobId: job.id })
  const input = definition.input.decode(job.data)
  if (!input.ok) {
    const { issues } = input
    log.error({ issues }, 'stored input does not fit the schema of its job: it is a dead letter')
    const reason = 'the stored input does not fit the schema of the job'
    return { status: 'deadletter', reason, output: { reason, issues } }
  }
  const progress = new ProgressWriter({ name, id: job.id }, driver, log)
  const context = {
    input: input.value,
    jobId: job.id,
    attempt: job.retryCount + 1,
    signal,
    log,
    progress: (part: number, note?: string) => progress.report(part, note),
  }
  try {
    await host.run(definition.needs, async (values) => {
      if (options.transactional !== true)
        return void (await definition.handler({ ...values, ...context }))
      await db.transaction(async (tx) => {
        await definition.handler({ ...values, ...context, tx })
        signal.throwIfAborted()
        await completeIn(tx, job, setup.boss)
      })
    })
  } finally {
    await progress.end()
  }
  return { status: 'completed' }
}

/** Completes a job as a part of a transaction, provided that this attempt still has it. */
async function completeIn(tx: AnyQueryable, job: JobWithMetadata, boss: PgBoss): Promise<void> {
  const { id, name, retryCount } = job
  const db = callersDatabase(tx, `the job "${name}"`)
  await boss.complete(name, { id, retryCount }, null, { db })
  const [now] = await boss.findJobs(name, { id, db })
  if (now?.state !== 'completed' || now.retryCount !== retryCount) throw new LostClaim()
}
