import type { JobCounts, JobFacts } from '../../jobs/job-admin.ts'

/** The jobs of one kind, counted. */
export type ShownCounts = JobCounts

/** A job as JSON: dates are ISO texts. */
export type ShownJob = {
  readonly [K in keyof JobFacts]: JobFacts[K] extends Date | null
    ? null extends JobFacts[K]
      ? string | null
      : string
    : JobFacts[K]
}

/** A schedule as JSON. */
export interface ShownSchedule {
  readonly job: string
  readonly cron: string
  readonly timeZone: string
  readonly key: string
  /** `null` if it never runs again. */
  readonly next: string | null
}

/** The jobs of the app. */
export interface ShownJobs {
  /** False for an app without jobs. */
  readonly isUsed: boolean
  readonly counts: readonly ShownCounts[]
  readonly schedules: readonly ShownSchedule[]
}
