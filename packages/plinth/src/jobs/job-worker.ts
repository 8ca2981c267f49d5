import type { JobResult, JobWithMetadata } from 'pg-boss'
import { errorReport } from '../errors/error-report.ts'
import { calmTurn } from '../http/after/calm-turn.ts'
import { runIsolated } from '../http/request-scope.ts'
import type { JobDefinition } from './job-definition.ts'
import { measureAttempt, measureLag } from './job-metrics.ts'
import { reserve } from './job-queues.ts'
import type { JobSlots } from './job-slots.ts'
import { runJob, type JobsSetup } from './run-job.ts'

/** A job that is running, or waits for one of the slots of its process. */
export interface RunningJob {
  readonly definition: JobDefinition
  readonly job: JobWithMetadata
  readonly abort: AbortController
  /** True once it is returned to the queue: its end is not reported. */
  isReturned: boolean
}

/** The parts that the workers of one process share. */
export interface WorkerSetup extends JobsSetup {
  readonly slots: JobSlots
  readonly running: Set<RunningJob>
  /** Looks for new jobs of every kind, now that a slot is free. */
  readonly wakeAll: () => void
}

/** Milliseconds between two looks for jobs of one kind. Notifications do not tell of retries and delayed jobs. */
const poll = 2000
/** Seconds after which a fetcher of pg-boss looks by itself. {@link JobWorker} wakes it long before. */
const backstop = 60

const defaultConcurrency = 5

/**
 * Runs the jobs of one kind.
 *
 * pg-boss has one fetcher for each job that may run at the same time, and each would poll. Here one of the idle ones is
 * woken: by a notification, every two seconds, when another has found a job, and again after its own job, until nothing is
 * left.
 */
export class JobWorker {
  readonly #definition: JobDefinition
  readonly #setup: WorkerSetup
  readonly #idle = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(definition: JobDefinition, setup: WorkerSetup) {
    this.#definition = definition
    this.#setup = setup
  }

  get name(): string {
    return this.#definition.name
  }

  async start(): Promise<void> {
    const { concurrency = defaultConcurrency } = this.#definition.options
    for (let count = 0; count < concurrency; count++) await this.#addFetcher()
    this.#timer = setInterval(() => this.wake(), poll)
  }

  /** Looks for new jobs now. */
  wake(): void {
    const [next] = this.#idle
    if (next !== undefined && !this.#isStopped && !this.#setup.slots.isFull)
      this.#setup.boss.notifyWorker(next)
  }

  /** Fetches no more jobs. Those that run go on. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#setup.boss.offWork(this.#definition.name, { wait: false })
  }

  async #addFetcher(): Promise<void> {
    const { boss } = this.#setup
    // `perJobResults` is the only way to send a job to the dead letters without its retries.
    const id: string = await boss.work(
      this.#definition.name,
      {
        includeMetadata: true,
        perJobResults: true,
        batchSize: 1,
        pollingIntervalSeconds: backstop,
        notifyPollingIntervalSeconds: backstop,
      },
      async ([job]: JobWithMetadata[]): Promise<JobResult[]> => {
        if (job === undefined) return []
        this.#idle.delete(id)
        this.wake()
        try {
          return [await this.#run(job)]
        } finally {
          this.#idle.add(id)
          if (!this.#isStopped && !this.#setup.slots.isFull) boss.notifyWorker(id)
        }
      },
    )
    this.#idle.add(id)
  }

  async #run(job: JobWithMetadata): Promise<JobResult> {
    const { slots, running } = this.#setup
    const entry: RunningJob = {
      definition: this.#definition,
      job,
      abort: new AbortController(),
      isReturned: false,
    }
    running.add(entry)
    await slots.acquire()
    try {
      // Requests of the same process go first.
      await calmTurn()
      return await this.#attempt(entry)
    } finally {
      running.delete(entry)
      const wasFull = slots.isFull
      slots.release()
      if (wasFull) this.#setup.wakeAll()
    }
  }

  async #attempt(entry: RunningJob): Promise<JobResult> {
    const { definition, job, abort } = entry
    const signal = AbortSignal.any([job.signal, abort.signal])
    const begun = performance.now()
    measureLag(job)
    // Its workers died. A handler that ends its process must not do so for ever.
    if (job.retryCount > lastRetry(job)) {
      const died = new Error('its workers died')
      this.#tell(job, died, true)
      return deadLetter(job, died)
    }
    try {
      signal.throwIfAborted()
      const end = await runIsolated(() => runJob({ definition, job, signal }, this.#setup))
      if (end.status === 'deadletter') this.#tell(job, new Error(end.reason), true)
      measureAttempt(job, begun)
      return { id: job.id, ...end }
    } catch (error) {
      measureAttempt(job, begun, error)
      if (!entry.isReturned) this.#report(job, error)
      if (job.retryCount >= lastRetry(job) && !entry.isReturned)
        return deadLetter(job, asError(error))
      throw asError(error)
    }
  }

  #report(job: JobWithMetadata, err: unknown): void {
    const { id, name, retryCount } = job
    const facts = { job: name, jobId: id, attempt: retryCount + 1, err }
    const { log } = this.#setup.host
    const isLast = retryCount >= lastRetry(job)
    if (isLast) log.error(facts, 'a job failed for the last time, and is a dead letter')
    else log.warn(facts, 'a job failed, and is tried again')
    this.#tell(job, err, isLast)
  }

  /** Passes an error on to the app's `onError`. */
  #tell({ id, name, retryCount }: JobWithMetadata, error: unknown, isLast: boolean): void {
    const job = { name, id, attempt: retryCount + 1, isLast }
    const facts = { source: 'job', request: undefined, job } as const
    this.#setup.host.errors?.report(errorReport(error, facts))
  }
}

/** The number of the last retry of a job; 0 if it has none. */
const lastRetry = ({ retryLimit }: JobWithMetadata): number => retryLimit - reserve

const deadLetter = ({ id }: JobWithMetadata, { name, message, stack }: Error): JobResult => ({
  id,
  status: 'deadletter',
  output: { name, message, stack },
})

/** pg-boss stores the error as JSON, and needs its message. */
const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))
