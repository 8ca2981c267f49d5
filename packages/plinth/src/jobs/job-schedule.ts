import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { invalidJob } from './check-job-options.ts'
import type { JobDefinition } from './job-definition.ts'
import type { Schedule, ScheduleOptions } from './job.types.ts'

const scheduleOptions: OptionNames<ScheduleOptions<object>> = {
  input: true,
  timeZone: true,
  key: true,
  missed: true,
}

/** A schedule with its input as it is stored. */
export class JobSchedule implements Schedule {
  readonly job: string
  readonly cron: string
  readonly timeZone: string
  readonly key: string
  readonly missed: 'skip' | 'once'
  readonly stored: object
  /** True if jobs of this kind have keys. */
  readonly isUnique: boolean

  constructor(job: JobDefinition, cron: string, options: Partial<ScheduleOptions<object>>) {
    const { name } = job
    checkOptions(options, scheduleOptions, `the schedule of the job "${name}"`)
    const { input = {}, timeZone = 'UTC', key = '', missed = 'skip' } = options
    // pg-boss also reads recurrence rules, and a sixth field for seconds, which it then ignores.
    if (!/^(?:[^\s=]+\s+){4}[^\s=]+$/.test(cron.trim()))
      throw invalidJob(
        name,
        `the cron expression "${cron}" does not have the five fields minute, hour, day of the month, month and day of the week, such as "0 6 * * 1-5"`,
      )
    if (!isTimeZone(timeZone))
      throw invalidJob(name, `"${timeZone}" is not a time zone: write one such as "Europe/Berlin"`)
    this.job = name
    this.cron = cron
    this.timeZone = timeZone
    this.key = key
    this.missed = missed
    this.stored = job.input.encode(input)
    this.isUnique = job.options.unique !== undefined
  }
}

/** Checks that a value is a schedule of this module. */
export const isSchedule = (value: unknown): value is JobSchedule => value instanceof JobSchedule

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
