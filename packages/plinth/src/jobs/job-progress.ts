import { command, type Driver, type Statement } from '../database/drivers/driver.ts'
import { ownTable } from '../database/own-tables.ts'
import { runIsolated } from '../http/request-scope.ts'
import type { Logger } from '../logging/logger.types.ts'
import { invalidJob } from './check-job-options.ts'

/** The progress of running jobs, for which pg-boss has no column. */
export const jobProgress = ownTable('job_progress', [
  `create table if not exists plinth.job_progress (
    job_id uuid primary key,
    part real not null,
    note text,
    updated_at timestamptz not null default now()
  )`,
])

/** Milliseconds between two writes about one job. */
const pause = 1000
const longestNote = 500

const statement = (text: string, params: readonly unknown[]): Statement => ({
  ...command(text),
  params,
})

/** Reads the progress of a job. */
export const selectProgress = (jobId: string): Statement =>
  statement('select part, note from plinth.job_progress where job_id = $1', [jobId])

/** Deletes what jobs that never ended have left. */
export const sweepProgress: Statement = command(
  `delete from plinth.job_progress where updated_at < now() - interval '7 days'`,
)

/** Runs a statement on a connection of its own, apart from any transaction. */
export async function runAlone(driver: Driver, wanted: Statement): Promise<void> {
  const connection = await driver.acquire()
  try {
    await connection.query(wanted)
    connection.release()
  } catch (error) {
    connection.release(error)
    throw error
  }
}

interface Report {
  readonly part: number
  readonly note: string | undefined
}

/** Writes the progress of one running job: the newest report, at most once a second. */
export class ProgressWriter {
  readonly #job: { readonly name: string; readonly id: string }
  readonly #driver: Driver
  readonly #log: Logger
  #next: Report | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #isWritten = false

  constructor(job: { readonly name: string; readonly id: string }, driver: Driver, log: Logger) {
    this.#job = job
    this.#driver = driver
    this.#log = log
  }

  /** @throws {PlinthError} `PLINTH_JOB_INVALID`: the part is not between 0 and 1 */
  report(part: number, note?: string): void {
    if (!(part >= 0 && part <= 1))
      throw invalidJob(this.#job.name, `progress() got ${part}, and takes a number from 0 to 1`)
    this.#next = { part, note: note?.slice(0, longestNote) }
    if (this.#timer !== undefined || this.#writing !== undefined) return
    this.#write()
  }

  /** Stops writing, and deletes the row, when the job has ended. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#next = undefined
    await this.#writing
    clearTimeout(this.#timer)
    if (!this.#isWritten) return
    await this.#run(statement('delete from plinth.job_progress where job_id = $1', [this.#job.id]))
  }

  #write(): void {
    this.#timer = undefined
    const report = this.#next
    if (report === undefined) return
    this.#next = undefined
    this.#isWritten = true
    const written = this.#run(
      statement(
        `insert into plinth.job_progress (job_id, part, note) values ($1, $2, $3)
        on conflict (job_id) do update set part = excluded.part, note = excluded.note, updated_at = now()`,
        [this.#job.id, report.part, report.note ?? null],
      ),
    )
    this.#writing = written.then(() => {
      this.#writing = undefined
      this.#timer = setTimeout(() => this.#write(), pause).unref()
    })
  }

  /** A job does not fail because its progress cannot be stored. */
  #run(wanted: Statement): Promise<void> {
    return runIsolated(() => runAlone(this.#driver, wanted)).catch((err: unknown) =>
      this.#log.warn({ err }, 'the progress of a job could not be stored'),
    )
  }
}
