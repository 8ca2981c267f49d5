import { createHash } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { command, type Driver, type Statement } from '../database/drivers/driver.ts'
import { ownTable } from '../database/own-tables.ts'
import { runIsolated } from '../http/request-scope.ts'
import type { Logger } from '../logging/logger.types.ts'
import { quietly } from '../logging/quietly.ts'
import type { JobSchedule } from './job-schedule.ts'
import { timesBetween } from './scheduled-times.ts'

/** When a pass last looked at a schedule that catches up on missed times. */
export const schedulePasses = ownTable('job_schedule_passes', [
  `create table if not exists plinth.job_schedule_passes (
    job text not null,
    key text not null,
    passed_at timestamptz not null,
    primary key (job, key)
  )`,
])

/** Milliseconds between two passes. */
const pause = 10_000
/** Milliseconds for which a time is due, and the most that a process catches up on after it was held up. */
const due = { least: 60_000, most: 600_000 }

/** The parts of an app's jobs that a pass uses. */
export interface PassSetup {
  readonly boss: PgBoss
  readonly driver: Driver
  readonly log: Logger
}

/** Enqueues the jobs of schedules at their times. Any number of processes may do so: each time has one id. */
export class SchedulePasses {
  readonly #setup: PassSetup
  readonly #schedules: readonly JobSchedule[]
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  #last = Infinity
  /** The next time of each schedule, so that it is looked for only once. */
  readonly #next = new Map<JobSchedule, number>()

  constructor(setup: PassSetup, schedules: readonly JobSchedule[]) {
    this.#setup = setup
    this.#schedules = schedules
  }

  start(): void {
    if (this.#schedules.length === 0 || this.#isStopped) return
    this.#running = runIsolated(() => this.#pass()).then(() => {
      if (!this.#isStopped) this.#timer = setTimeout(() => this.start(), pause).unref()
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #pass(): Promise<void> {
    const { driver, log } = this.#setup
    try {
      const [row] = await rowsOf(driver, clock)
      await this.enqueueDue(Number(row?.['now']))
    } catch (err) {
      quietly(() =>
        log.warn({ err }, 'the schedules of jobs could not be read, and are tried again'),
      )
    }
  }

  /**
   * Enqueues what is due. A time that another process has seen to is left out.
   *
   * @param now - the time of the database, in milliseconds
   */
  async enqueueDue(now: number): Promise<void> {
    const after = Math.max(now - due.most, Math.min(now - due.least, this.#last))
    for (const schedule of this.#schedules) {
      const missed = schedule.missed === 'once' ? await this.#missed(schedule, after, now) : []
      for (const time of [...missed, ...this.#due(schedule, after, now)])
        await this.#enqueue(schedule, time)
    }
    this.#last = now
  }

  #due(schedule: JobSchedule, after: number, now: number): readonly Date[] {
    if (now < (this.#next.get(schedule) ?? 0)) return []
    const { times, next } = timesBetween(this.#setup.boss, schedule, [after, now])
    if (next !== undefined) this.#next.set(schedule, next.getTime())
    return times
  }

  /** The first time since the last pass of any process that is no longer due. */
  async #missed(schedule: JobSchedule, after: number, now: number): Promise<Date[]> {
    const { boss, driver } = this.#setup
    const { job, key } = schedule
    const [row] = await rowsOf(driver, { ...passed, params: [job, key, now / 1000] })
    const before = row?.['before']
    if (typeof before !== 'number' || before >= after) return []
    const { next } = timesBetween(boss, schedule, [before, before])
    return next !== undefined && next.getTime() <= after ? [next] : []
  }

  async #enqueue({ job, key, stored, isUnique }: JobSchedule, time: Date): Promise<void> {
    await this.#setup.boss.send(job, stored, {
      id: idOf(`${job} ${key} ${time.toISOString()}`),
      ...(isUnique && { singletonKey: `schedule ${key}` }),
    })
  }
}

const clock = command('select extract(epoch from clock_timestamp())::float8 * 1000 as now')
const passed: Statement = command(`with earlier as (
    select passed_at from plinth.job_schedule_passes where job = $1 and key = $2
  )
  insert into plinth.job_schedule_passes (job, key, passed_at) values ($1, $2, to_timestamp($3))
  on conflict (job, key) do update set passed_at = excluded.passed_at
  returning (select extract(epoch from passed_at)::float8 * 1000 from earlier) as before`)

async function rowsOf(
  driver: Driver,
  wanted: Statement,
): Promise<readonly Record<string, unknown>[]> {
  const connection = await driver.acquire()
  try {
    const { rows } = await connection.query(wanted)
    connection.release()
    return rows
  } catch (error) {
    connection.release(error)
    throw error
  }
}

/** A UUID (version 8) of a text, so that a second job for the same time is not stored. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
