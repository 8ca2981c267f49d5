import type { JobsOptions } from '../jobs/job.types.ts'
import type { JobsRole, JobsRunner } from '../jobs/jobs-runner.ts'
import type { JobsHost } from '../jobs/run-job.ts'
import type { AppState } from '../routing/app-state.ts'

/** The jobs of an app. Their code, and pg-boss, are loaded when they start. */
export class AppJobs {
  readonly options: JobsOptions
  readonly #host: JobsHost
  #role: JobsRole = {}
  #runner: Promise<JobsRunner> | undefined

  constructor(options: JobsOptions, host: JobsHost) {
    this.options = options
    this.#host = host
  }

  /** Sets how this process takes part, before the app starts. */
  use(role: JobsRole): void {
    this.#role = role
  }

  /** Starts them once. After a failure, the next call tries again. */
  start(): Promise<JobsRunner> {
    if (this.#runner !== undefined) return this.#runner
    const starting = this.#start()
    this.#runner = starting
    starting.catch(() => {
      if (this.#runner === starting) this.#runner = undefined
    })
    return starting
  }

  /** Fetches no more jobs. */
  drain(): void {
    void this.#runner?.then((runner) => runner.drain()).catch(() => {})
  }

  async stop(): Promise<void> {
    const runner = this.#runner
    this.#runner = undefined
    await (await runner?.catch(() => undefined))?.stop()
  }

  async #start(): Promise<JobsRunner> {
    const { JobsRunner } = await import('../jobs/jobs-runner.ts')
    return await JobsRunner.start(this.#host, this.options, this.#role)
  }
}

/** Returns the jobs of an app; `undefined` if it has none. */
export const appJobs = (
  options: JobsOptions | undefined,
  { setup: { log, errors } }: AppState,
  run: JobsHost['run'],
): AppJobs | undefined => options && new AppJobs(options, { log, errors, run })
