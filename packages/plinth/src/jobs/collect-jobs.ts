import { PlinthError } from '../errors/plinth-error.ts'
import { checkNumber, invalidJob } from './check-job-options.ts'
import { JobDefinition } from './job-definition.ts'
import { isSchedule, type JobSchedule } from './job-schedule.ts'
import type { JobsOptions } from './job.types.ts'

/** The jobs and schedules of an app. */
export interface CollectedJobs {
  readonly definitions: readonly JobDefinition[]
  readonly schedules: readonly JobSchedule[]
}

const isJob = (value: unknown): value is JobDefinition => value instanceof JobDefinition

/**
 * Finds the jobs and schedules that modules export.
 *
 * @throws {PlinthError} `PLINTH_JOB_INVALID`: a module has none, two jobs have one name, or a schedule has no job
 */
export function collectJobs(options: JobsOptions): CollectedJobs {
  checkOptionValues(options)
  const values: unknown[] = []
  for (const [name, module] of Object.entries(options.modules)) {
    const exported = isJob(module) || isSchedule(module) ? [module] : Object.values(module)
    const own = exported.filter((each) => isJob(each) || isSchedule(each))
    if (own.length === 0)
      throw new PlinthError(
        'PLINTH_JOB_INVALID',
        `app(): jobs: the module "${name}" exports no job: export what job() returns, or remove the module`,
      )
    values.push(...own)
  }
  const definitions = [...new Set(values.filter(isJob))]
  const schedules = [...new Set(values.filter(isSchedule))]
  const names = new Set<string>()
  for (const { name } of definitions) {
    if (names.has(name)) throw invalidJob(name, 'two jobs have this name: rename one of them')
    names.add(name)
  }
  const keys = new Set<string>()
  for (const { job, key } of schedules) {
    if (!names.has(job))
      throw invalidJob(
        job,
        'it has a schedule, and no module of the app exports it: export the job, too',
      )
    if (keys.has(`${job} ${key}`))
      throw invalidJob(job, `two schedules have the key "${key}": give one of them another key`)
    keys.add(`${job} ${key}`)
  }
  return { definitions, schedules }
}

function checkOptionValues({ concurrency, gracePeriod, heartbeat }: JobsOptions): void {
  const refuse = (name: string) => (problem: string) =>
    new PlinthError('PLINTH_JOB_INVALID', `app(): jobs: ${name} ${problem}`)
  checkNumber(concurrency, { least: 1, most: 1000, step: 1 }, refuse('concurrency'))
  checkNumber(gracePeriod, { least: 0, most: 86_400_000, step: 1 }, refuse('gracePeriod'))
  checkNumber(heartbeat, { least: 10_000, most: 3_600_000, step: 1000 }, refuse('heartbeat'))
}
