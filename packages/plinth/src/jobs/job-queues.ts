import type { PgBoss, QueueResult } from 'pg-boss'
import { invalidJob } from './check-job-options.ts'
import type { JobDefinition } from './job-definition.ts'
import type { JobSchedule } from './job-schedule.ts'

/** The queue for the dead letters of a job. */
export const deadLettersOf = (name: string): string => `${name}/dead`

const policies = {
  any: 'standard',
  waiting: 'short',
  unfinished: 'exclusive',
  ordered: 'key_strict_fifo',
} as const

/**
 * Attempts beyond those of a job, for the one that a shutdown cuts off: pg-boss fails it, and cannot count it back.
 *
 * A worker counts itself, and sends a job to the dead letters after its own retries.
 */
export const reserve = 1

const seconds = (milliseconds: number): number => milliseconds / 1000
const day = 86_400
/** Seconds for which a job may wait. pg-boss deletes one that waits for longer. */
const longestWait = 365 * day

/** How queues are made. */
export interface QueueSettings {
  /** Milliseconds. */
  readonly heartbeat: number
  /** True if enqueuing wakes workers by a notification. */
  readonly notify: boolean
}

const settingsOf = ({ name, options }: JobDefinition, { heartbeat, notify }: QueueSettings) => ({
  deadLetter: deadLettersOf(name),
  notify,
  retryLimit: (options.retries ?? 2) + reserve,
  retryBackoff: true,
  retryDelay: seconds(options.retryDelay ?? 1000),
  retryDelayMax: seconds(options.retryDelayMax ?? 3_600_000),
  expireInSeconds: seconds(options.deadline ?? 900_000),
  heartbeatSeconds: seconds(heartbeat),
  retentionSeconds: longestWait,
  deleteAfterSeconds: (options.keepDays ?? 7) * day,
})

/**
 * Creates the queues of the jobs, and updates their settings.
 *
 * @throws {PlinthError} `PLINTH_JOB_INVALID`: `unique` of a job was changed
 */
export async function prepareQueues(
  boss: PgBoss,
  definitions: readonly JobDefinition[],
  settings: QueueSettings,
): Promise<void> {
  const names = definitions.flatMap(({ name }) => [name, deadLettersOf(name)])
  const found = await boss.getQueues(names, { limit: 2 * names.length })
  const existing = new Map(found.map((queue) => [queue.name, queue]))
  for (const definition of definitions) {
    const { name } = definition
    const dead = deadLettersOf(name)
    if (!existing.has(dead)) await boss.createQueue(dead, { retentionSeconds: longestWait })
    const policy = policies[definition.options.unique ?? 'any']
    const wanted = settingsOf(definition, settings)
    const queue = existing.get(name)
    if (queue === undefined) await boss.createQueue(name, { ...wanted, policy })
    else {
      requirePolicy(definition, queue, policy)
      const isSame = Object.entries(wanted).every(
        ([key, value]) => queue[key as keyof typeof wanted] === value,
      )
      if (!isSame) await boss.updateQueue(name, wanted)
    }
  }
}

function requirePolicy({ name, options }: JobDefinition, queue: QueueResult, policy: string): void {
  if (queue.policy === policy) return
  const before = Object.entries(policies).find(([, each]) => each === queue.policy)?.[0]
  const worded =
    before === undefined || before === 'any' ? 'without unique' : `with unique: '${before}'`
  throw invalidJob(
    name,
    `its queue was created ${worded}, which cannot be changed${options.unique === undefined ? '' : ` to '${options.unique}'`}: give the job another name, and keep the old one until its queue is empty`,
  )
}

/**
 * Stores the schedules, and removes those that the code no longer has, which would go on for ever.
 *
 * @throws {PlinthError} `PLINTH_JOB_INVALID`: a cron expression is wrong
 */
export async function prepareSchedules(
  boss: PgBoss,
  schedules: readonly JobSchedule[],
): Promise<void> {
  for (const { job, cron, timeZone: tz, key, missed, stored } of schedules) {
    try {
      boss.previewSchedule(cron, { tz, count: 1 })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw invalidJob(job, `the cron expression "${cron}" is wrong: ${reason}`, error)
    }
    await boss.schedule(job, cron, stored, { tz, key, missed })
  }
  const wanted = new Set(schedules.map(({ job, key }) => `${job} ${key}`))
  for (const { name, key } of await boss.getSchedules())
    if (!wanted.has(`${name} ${key}`)) await boss.unschedule(name, key)
}
