import { setTimeout as delay } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import { type Database, sharedOf } from '../database/database.ts'
import type { Driver } from '../database/drivers/driver.ts'
import { runIsolated } from '../http/request-scope.ts'
import { quietly } from '../logging/quietly.ts'
import { mode } from '../settings/mode.ts'
import { enableOtel } from '../telemetry/enable-otel.ts'
import type { Wake } from './boss-database.ts'
import { collectJobs, type CollectedJobs } from './collect-jobs.ts'
import { prepareQueues, prepareSchedules } from './job-queues.ts'
import { runAlone, sweepProgress } from './job-progress.ts'
import { JobSlots } from './job-slots.ts'
import { bossOptions, completeJobTables, hasJobTables, idle, tablesMissing } from './job-tables.ts'
import { JobWorker, type RunningJob, type WorkerSetup } from './job-worker.ts'
import type { JobsOptions } from './job.types.ts'
import { loadBoss } from './load-boss.ts'
import { returnJob } from './return-job.ts'
import { SchedulePasses } from './schedule-passes.ts'
import type { JobsHost } from './run-job.ts'
import { registerBoss } from './started-bosses.ts'

/** How a process takes part in the jobs of its app. */
export interface JobsRole {
  /** True if it runs jobs; false if it only enqueues. By default it depends on the mode and the database. */
  readonly work?: boolean | undefined
  /** The number of jobs that it runs at the same time. */
  readonly concurrency?: number | undefined
  /** Milliseconds. */
  readonly gracePeriod?: number | undefined
}

const defaults = { concurrency: 10, gracePeriod: 500, heartbeat: 20_000 }
/** Seconds between two checks for jobs whose process has died. */
const supervision = 10

/** The jobs of an app in one process: it enqueues them, and may run them. */
export class JobsRunner {
  readonly boss: PgBoss
  readonly jobs: CollectedJobs
  readonly setup: WorkerSetup
  readonly #gracePeriod: number
  #workers: readonly JobWorker[] = []
  #passes: SchedulePasses | undefined
  #unregister = (): void => {}

  private constructor(jobs: CollectedJobs, setup: WorkerSetup, gracePeriod: number) {
    this.boss = setup.boss
    this.jobs = jobs
    this.setup = setup
    this.#gracePeriod = gracePeriod
  }

  /**
   * Connects to the queues of an app, creates what is missing, and starts workers if the process has that role.
   *
   * @throws {PlinthError} `PLINTH_JOBS_UNAVAILABLE`: pg-boss or its tables are missing
   * @throws {PlinthError} `PLINTH_JOB_INVALID`: the jobs of the app contradict each other or the database
   */
  static async start(host: JobsHost, options: JobsOptions, role: JobsRole): Promise<JobsRunner> {
    await enableOtel()
    const jobs = collectJobs(options)
    // The value of the dependency, which a test may have overridden.
    const db = (await host.run(options.db, (value) => value)) as Database
    const { driver } = sharedOf(db, 'app({ jobs: { db } })')
    const work = role.work ?? options.work ?? worksByDefault(driver)
    const heartbeat = options.heartbeat ?? defaults.heartbeat
    let started: JobsRunner | undefined
    const wake: Wake = (queue) => started?.wake(queue) ?? false
    const boss = await startBoss({ driver, host, work, wake })
    const concurrency = role.concurrency ?? options.concurrency ?? defaults.concurrency
    const runner = new JobsRunner(
      jobs,
      {
        host,
        boss,
        db,
        driver,
        slots: new JobSlots(concurrency),
        running: new Set(),
        wakeAll: () => started?.wakeAll(),
      },
      role.gracePeriod ?? options.gracePeriod ?? defaults.gracePeriod,
    )
    started = runner
    try {
      await prepareQueues(boss, jobs.definitions, { heartbeat, notify: true })
      const names = new Set(jobs.definitions.map(({ name }) => name))
      runner.#unregister = registerBoss(driver, { boss, names })
      if (work) await runner.#work()
    } catch (error) {
      await runner.stop()
      throw error
    }
    return runner
  }

  async #work(): Promise<void> {
    await prepareSchedules(this.boss, this.jobs.schedules)
    await runAlone(this.setup.driver, sweepProgress)
    this.#workers = this.jobs.definitions.map((each) => new JobWorker(each, this.setup))
    for (const worker of this.#workers) await worker.start()
    const { boss, driver, host } = this.setup
    this.#passes = new SchedulePasses({ boss, driver, log: host.log }, this.jobs.schedules)
    this.#passes.start()
  }

  /** Wakes a worker for a queue. Returns false if it has none. */
  wake(queue: string): boolean {
    const worker = this.#workers.find(({ name }) => name === queue)
    worker?.wake()
    return worker !== undefined
  }

  wakeAll(): void {
    for (const worker of this.#workers) worker.wake()
  }

  /** Fetches no more jobs. Those that run go on. */
  async drain(): Promise<void> {
    await Promise.all([this.#passes?.stop(), ...this.#workers.map((worker) => worker.stop())])
  }

  /** Waits for the running jobs, and returns those that take too long to the queue. */
  async stop(): Promise<void> {
    await this.drain()
    await this.#untilIdle(this.#gracePeriod)
    const left = [...this.setup.running]
    if (left.length > 0) await this.#returnToQueue(left)
    this.#unregister()
    await this.boss.stop({ graceful: false })
  }

  async #untilIdle(timeout: number): Promise<void> {
    const until = performance.now() + timeout
    while (this.setup.running.size > 0 && performance.now() < until) await delay(20)
  }

  async #returnToQueue(left: readonly RunningJob[]): Promise<void> {
    const { host, db } = this.setup
    quietly(() =>
      host.log.warn(
        { jobs: left.map(({ job }) => job.id) },
        'jobs did not finish in time: they are returned to the queue',
      ),
    )
    await Promise.all(
      left.map(async (entry) => {
        entry.isReturned = true
        entry.abort.abort(new Error('The worker is stopping'))
        // A transaction of the handler holds the only connection of an embedded database.
        try {
          await runIsolated(() => returnJob(entry, this.boss, db))
        } catch (err) {
          quietly(() => host.log.error({ err }, 'a job could not be returned to the queue'))
        }
      }),
    )
  }
}

/** Jobs run in development, and where no other process can: an embedded database belongs to this one. */
const worksByDefault = ({ embedded }: Driver): boolean =>
  mode() === 'development' || (mode() === 'production' && embedded !== undefined)

interface BossSettings {
  readonly driver: Driver
  readonly host: JobsHost
  readonly work: boolean
  readonly wake: Wake
}

async function startBoss({ driver, host, work, wake }: BossSettings): Promise<PgBoss> {
  const { PgBoss } = await loadBoss()
  const isInstalled = await hasJobTables(driver)
  const migrate = mode() !== 'production'
  if (!isInstalled && !migrate) throw tablesMissing()
  const boss = new PgBoss({
    ...bossOptions(driver, wake),
    ...(work
      ? {
          superviseIntervalSeconds: supervision,
          monitorIntervalSeconds: supervision,
          // Its schedules lose a time, or have one twice, when the clocks change.
          schedule: false,
          useListenNotify: true,
        }
      : idle),
    migrate,
  })
  // Without a listener, an error of a poll would end the process.
  boss.on('error', (err) => quietly(() => host.log.warn({ err }, 'the queue of jobs reports')))
  boss.on('warning', ({ message, data }) => quietly(() => host.log.warn({ ...data }, message)))
  try {
    await boss.start()
  } catch (error) {
    if (!migrate && /version|migration|install/i.test(String(error))) throw tablesMissing(error)
    throw error
  }
  try {
    await completeJobTables(driver)
    return boss
  } catch (error) {
    await boss.stop({ graceful: false })
    throw error
  }
}
