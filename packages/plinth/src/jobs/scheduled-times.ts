import type { PgBoss } from 'pg-boss'
import type { JobSchedule } from './job-schedule.ts'

/** Milliseconds for which the walk begins before the times it looks for: more than any change of the clocks. */
const before = 3 * 3_600_000
/** How many times to walk through, until one comes after those that are looked for: most schedules are not dense. */
const counts = [1, 8, 64, 512, 1000]

/** The part of pg-boss that knows cron expressions. */
type Previewing = Pick<PgBoss, 'previewSchedule'>

/**
 * Returns the times of a schedule after one moment, and up to another, and the one that comes next.
 *
 * Only a walk that began before a change of the clocks finds the right times around it: a time that is skipped comes as
 * soon as the clocks have changed, and one that is repeated comes once. Looked for from the middle, as pg-boss itself
 * does, the first is lost, and the second comes twice.
 */
export function timesBetween(
  boss: Previewing,
  { cron, timeZone: tz }: Pick<JobSchedule, 'cron' | 'timeZone'>,
  [after, until]: readonly [number, number],
): { readonly times: readonly Date[]; readonly next: Date | undefined } {
  const from = new Date(after - before)
  let walked: Date[] = []
  for (const count of counts) {
    walked = boss.previewSchedule(cron, { tz, from, count })
    if (walked.length < count || walked.at(-1)!.getTime() > until) break
  }
  return {
    times: walked.filter((time) => time.getTime() > after && time.getTime() <= until),
    next: walked.find((time) => time.getTime() > until),
  }
}
