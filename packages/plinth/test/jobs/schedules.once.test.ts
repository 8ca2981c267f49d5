// @module-tag postgres
// Schedules of several workers, also in the nights in which the clocks change.
import { PgBoss } from 'pg-boss'
import { createLogger, database, type Database } from 'plinth'
import { job } from 'plinth/jobs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sharedOf } from '../../src/database/database.ts'
import { collectJobs } from '../../src/jobs/collect-jobs.ts'
import { prepareQueues, prepareSchedules } from '../../src/jobs/job-queues.ts'
import { bossOptions, idle, installJobTables } from '../../src/jobs/job-tables.ts'
import { SchedulePasses } from '../../src/jobs/schedule-passes.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

const timeZone = 'Europe/Berlin'
const backup = job('backup', {}, () => {})
const nightly = backup.schedule('30 2 * * *', { timeZone })
const count = job('count', {}, () => {})
const hourly = count.schedule('30 * * * *', { timeZone })
const report = job('report', { unique: 'waiting' }, () => {})
const daily = report.schedule('0 6 * * *', { timeZone, missed: 'once' })

let server: PostgresServer
const dbs: Database[] = []
const bosses: PgBoss[] = []
const workers: SchedulePasses[] = []
beforeAll(async () => {
  server = await startPostgres()
  for (let at = 0; at < 4; at++) dbs.push(database(server.url, { max: 2 }))
  await installJobTables(sharedOf(dbs[0]!, 'test').driver)
  const modules = { jobs: { backup, nightly, count, hourly, report, daily } }
  const { definitions, schedules } = collectJobs({ db: dbs[0]!, modules })
  const log = createLogger({ level: 'silent' })
  for (const db of dbs) {
    const { driver } = sharedOf(db, 'test')
    const boss = new PgBoss({ ...bossOptions(driver), ...idle, migrate: false })
    bosses.push(await boss.start())
    workers.push(new SchedulePasses({ boss, driver, log }, schedules))
  }
  await prepareQueues(bosses[0]!, definitions, { heartbeat: 20_000, notify: false })
  await prepareSchedules(bosses[0]!, schedules)
})
afterAll(async () => {
  for (const boss of bosses) await boss.stop({ graceful: false })
  for (const db of dbs) await db.close()
  await server?.stop()
})

const waiting = async ({ name }: { readonly name: string }): Promise<number> =>
  (await bosses[0]!.findJobs(name)).length

/** Lets all workers look at a time, and a second time ten seconds later. Returns how many jobs came. */
async function enqueuedAt(time: string, { name }: { readonly name: string }): Promise<number> {
  const before = await waiting({ name })
  for (const seconds of [5, 15])
    await Promise.all(workers.map((each) => each.enqueueDue(Date.parse(time) + seconds * 1000)))
  return (await waiting({ name })) - before
}

it.each<[string, string, number, number]>([
  ['the night before', '2026-03-28T01:30:00Z', 1, 1],
  ['01:30, before the clocks go forward', '2026-03-29T00:30:00Z', 0, 1],
  ['03:30, as there is no 02:30', '2026-03-29T01:30:00Z', 1, 1],
  ['02:30 of the night after', '2026-03-30T00:30:00Z', 1, 1],
  ['the first 02:30, before the clocks go back', '2026-10-25T00:30:00Z', 1, 1],
  ['the second 02:30', '2026-10-25T01:30:00Z', 0, 1],
  ['02:30 of the next night', '2026-10-26T01:30:00Z', 1, 1],
])(
  'at %s four workers enqueue what is due, each once',
  async (_name, time, nightlies, hourlies) => {
    const before = await waiting(count)
    expect(await enqueuedAt(time, backup)).toBe(nightlies)
    expect((await waiting(count)) - before).toBe(hourlies)
  },
)

it('a schedule with missed: once catches up with one job after no worker ran, and others with none', async () => {
  await enqueuedAt('2027-01-01T12:00:00Z', report)
  expect(await waiting(report)).toBe(1)
  await bosses[0]!.deleteQueuedJobs(report.name)
  const before = await waiting(backup)
  expect(await enqueuedAt('2027-01-05T12:00:00Z', report)).toBe(1)
  expect(await enqueuedAt('2027-01-05T12:05:00Z', report)).toBe(0)
  expect(await waiting(backup)).toBe(before)
})
