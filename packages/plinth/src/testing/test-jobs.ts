import type { JobWithMetadata } from 'pg-boss'
import type { AppJobs } from '../app/app-jobs.ts'
import { checkOptions } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Job } from '../jobs/job.types.ts'
import type { JobDefinition } from '../jobs/job-definition.ts'
import type { JobsRunner } from '../jobs/jobs-runner.ts'

/** A job that waits. */
export interface EnqueuedJob<In> {
  readonly id: string
  /** The input, as the handler will get it. */
  readonly input: In
  readonly priority: number
  readonly key: string | null
  /** The earliest time at which it begins. */
  readonly at: Date
}

/** A job that a test has run. */
export interface JobRun {
  readonly job: string
  readonly id: string
  readonly attempt: number
  /** The error that it threw; `undefined` if it succeeded. */
  readonly error: unknown
}

/** Options of `jobs.run()`. */
export interface RunJobsOptions {
  /** Runs jobs that are delayed, too. Default `false`. */
  readonly delayed?: boolean
  /** Returns the errors of jobs instead of throwing the first one. Default `false`. */
  readonly collectErrors?: boolean
}

/** The jobs of an app under test. No worker runs: they run when the test says so. */
export interface TestJobs {
  /**
   * Runs all jobs that may begin, and those that they enqueue, until none is left. Each is attempted once.
   *
   * @throws the error of the first job that failed, after all of them ran
   */
  run(options?: RunJobsOptions): Promise<readonly JobRun[]>
  /** The jobs of one kind that wait, oldest first. */
  enqueued<In>(job: Job<In>): Promise<readonly EnqueuedJob<In>[]>
}

/** The most rounds of jobs that enqueue jobs. */
const mostRounds = 1000

/** Runs and reads the jobs of an app. */
export class JobTester implements TestJobs {
  readonly #jobs: AppJobs | undefined

  constructor(jobs: AppJobs | undefined) {
    this.#jobs = jobs
    jobs?.use({ work: false })
  }

  /** Connects to the queues, so that handlers may enqueue. Does nothing for an app without jobs. */
  async ready(): Promise<void> {
    await this.#jobs?.start()
  }

  async run(options: RunJobsOptions = {}): Promise<readonly JobRun[]> {
    checkOptions(options, { delayed: true, collectErrors: true }, 'jobs.run()')
    const runner = await this.#runner()
    const runs: JobRun[] = []
    const failed: FailedJob[] = []
    for (let round = 0; ; round++) {
      if (round === mostRounds)
        throw new Error(`jobs.run(): after ${mostRounds} rounds jobs still enqueue jobs`)
      const before = runs.length
      for (const definition of runner.jobs.definitions)
        for (const job of await fetched(runner, definition, options.delayed === true)) {
          const run = await runOne(runner, definition, job)
          runs.push(run)
          if (run.error !== undefined) failed.push({ job, run })
        }
      if (runs.length === before) break
    }
    // Not before: a round would fetch the retry of a job that failed in an earlier one.
    for (const one of failed) await storeFailure(runner, one)
    if (failed[0] !== undefined && options.collectErrors !== true) throw failed[0].run.error
    return runs
  }

  async enqueued<In>({ name }: Job<In>): Promise<readonly EnqueuedJob<In>[]> {
    const { boss, jobs } = await this.#runner()
    const definition = jobs.definitions.find((each) => each.name === name)
    if (definition === undefined)
      throw new PlinthError('PLINTH_JOBS_UNAVAILABLE', `The app does not have the job "${name}"`)
    const waiting = await boss.findJobs(name, { queued: true, limit: 10_000 })
    return waiting.map((job) => {
      const read = definition.input.decode(job.data)
      if (!read.ok) throw new Error(`the input of the job ${job.id} does not fit its schema`)
      return {
        id: job.id,
        // The job with this name has this input.
        input: read.value as In,
        priority: job.priority,
        key: job.singletonKey,
        at: job.startAfter,
      }
    })
  }

  async #runner(): Promise<JobsRunner> {
    if (this.#jobs !== undefined) return await this.#jobs.start()
    throw new PlinthError(
      'PLINTH_JOBS_UNAVAILABLE',
      'This app has no jobs: hand them to app({ jobs: { db, modules } })',
    )
  }
}

async function fetched(
  { boss }: JobsRunner,
  { name }: JobDefinition,
  ignoreStartAfter: boolean,
): Promise<JobWithMetadata[]> {
  const jobs = await boss.fetch<object>(name, {
    includeMetadata: true,
    batchSize: 100,
    ignoreStartAfter,
  })
  // pg-boss chooses the jobs by priority and age, but Postgres returns the chosen rows in any order.
  return jobs.toSorted((a, b) => b.priority - a.priority || +a.createdOn - +b.createdOn)
}

async function runOne(
  { boss, setup }: JobsRunner,
  definition: JobDefinition,
  job: JobWithMetadata,
): Promise<JobRun> {
  const { runJob } = await import('../jobs/run-job.ts')
  const { id, name, retryCount } = job
  const run = { job: name, id, attempt: retryCount + 1 }
  try {
    const end = await runJob({ definition, job, signal: new AbortController().signal }, setup)
    if (end.status === 'deadletter') throw new NoRetry(JSON.stringify(end.output))
    await boss.complete(name, { id, retryCount })
    return { ...run, error: undefined }
  } catch (error) {
    // A handler may throw anything, and an attempt without an error has succeeded.
    return { ...run, error: error ?? new Error(`the job "${name}" threw ${String(error)}`) }
  }
}

/** The stored input of a job no longer fits its schema. */
class NoRetry extends Error {}

interface FailedJob {
  readonly job: JobWithMetadata
  readonly run: JobRun
}

/**
 * Stores that a job failed: it waits for its next retry, or after the last one is a dead letter.
 *
 * pg-boss gives each job an attempt more than its own retries. A worker leaves that one out, and so does this.
 */
async function storeFailure(
  { boss }: JobsRunner,
  { job: { id, name, retryCount, retryLimit }, run: { error } }: FailedJob,
): Promise<void> {
  const { reserve } = await import('../jobs/job-queues.ts')
  const output = error instanceof Error ? error : { error }
  await boss.fail(name, { id, retryCount }, output)
  if (retryCount < retryLimit - reserve && !(error instanceof NoRetry)) return
  await boss.update(name, undefined, { id, retryLimit: retryCount })
  await boss.fail(name, id, output)
}
