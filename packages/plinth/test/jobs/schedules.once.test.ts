// @module-tag postgres
// A schedule whose time of day is skipped, or comes twice, on the days on which the clocks change.
import { PgBoss, TestClock } from 'pg-boss'
import { database, type Database } from 'plinth'
import { job } from 'plinth/jobs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sharedOf } from '../../src/database/database.ts'
import { collectJobs } from '../../src/jobs/collect-jobs.ts'
import { prepareQueues, prepareSchedules } from '../../src/jobs/job-queues.ts'
import { installJobTables } from '../../src/jobs/job-tables.ts'
import { startPostgres, type PostgresServer } from '../support/postgres/postgres-server.ts'

const backup = job('backup', {}, () => {})
const nightly = backup.schedule('30 2 * * *', { timeZone: 'Europe/Berlin' })

let server: PostgresServer
let db: Database
beforeAll(async () => {
  server = await startPostgres()
  db = database(server.url)
})
afterAll(async () => {
  await db?.close()
  await server?.stop()
})

const minute = 60_000

it('four workers enqueue a job of each night once, also in the nights in which the clocks change', async () => {
  await installJobTables(sharedOf(db, 'test').driver)
  const clock = new TestClock('2026-03-27T12:00:00Z')
  const bosses = Array.from(
    { length: 4 },
    () =>
      new PgBoss({
        connectionString: server.url,
        max: 2,
        clock,
        supervise: false,
        cronMonitorIntervalSeconds: 10,
        migrate: false,
      }),
  )
  for (const boss of bosses) {
    boss.on('error', (error) => expect.unreachable(error.message))
    await boss.start()
  }
  const [boss] = bosses
  const jobs = collectJobs({ db, modules: { jobs: { backup, nightly } } })
  await prepareQueues(boss!, jobs.definitions, { heartbeat: 20_000, notify: false })
  await prepareSchedules(boss!, jobs.schedules)
  const enqueued: [string, number][] = []
  let before = 0
  for (const time of [
    '2026-03-28T01:30:00Z',
    '2026-03-29T00:30:00Z', // 01:30; an hour later it is 03:30
    '2026-03-29T01:30:00Z',
    '2026-10-25T00:30:00Z', // the first 02:30
    '2026-10-25T01:30:00Z', // the second one
    '2026-10-26T01:30:00Z',
  ]) {
    await clock.setTime(Date.parse(time) - minute / 2)
    await clock.tick(1.5 * minute)
    const { length } = await boss!.findJobs(backup.name)
    enqueued.push([time, length - before])
    before = length
  }
  expect(enqueued).toEqual([
    ['2026-03-28T01:30:00Z', 1],
    ['2026-03-29T00:30:00Z', 0],
    ['2026-03-29T01:30:00Z', 1],
    ['2026-10-25T00:30:00Z', 1],
    ['2026-10-25T01:30:00Z', 0],
    ['2026-10-26T01:30:00Z', 1],
  ])
  await Promise.all(bosses.map((each) => each.stop({ graceful: false })))
})
