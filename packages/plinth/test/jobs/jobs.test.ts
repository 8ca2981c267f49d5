// Background jobs in a process that runs them, on each database.
import { setTimeout as delay } from 'node:timers/promises'
import {
  type App,
  app,
  createLogger,
  type Database,
  dependency,
  type ErrorReport,
  transaction,
} from 'plinth'
import { job } from 'plinth/jobs'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import * as z from 'zod'
import { internals } from '../../src/http/internals.ts'
import type { JobsRunner } from '../../src/jobs/jobs-runner.ts'
import type { ProcessMetrics } from '../../src/telemetry/metrics/process-metrics.ts'
import { startMetrics, stopMetrics } from '../../src/telemetry/metrics/start-metrics.ts'

const lines: Record<string, unknown>[] = []
const log = createLogger({
  level: 'info',
  format: 'json',
  destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
})

let db: Database
// The jobs are declared before there is a database.
const database = dependency((): Database => db, { scope: 'app' })

/** The reports of the handlers, in order. */
const done: unknown[] = []
const closed: string[] = []
let gate = Promise.withResolvers<void>()

const clock = dependency(() => 'one clock', { scope: 'app' })
const inner = dependency(function* () {
  yield 'inner'
  closed.push('inner')
})
const outer = dependency({ inner }, function* ({ inner }) {
  yield `outer of ${inner}`
  closed.push('outer')
})

const plain = job(
  'plain',
  { input: z.object({ n: z.int(), at: z.date().optional() }) },
  ({ input }) => done.push(input.n),
)
const dated = job('dated', { input: z.object({ at: z.date() }) }, ({ input }) =>
  done.push(input.at),
)
const needing = job('needing', { dependencies: { clock, outer } }, ({ clock, outer }) =>
  done.push(clock, outer),
)
const flaky = job('flaky', { retries: 1, retryDelay: 1000 }, ({ attempt }) => {
  done.push(attempt)
  if (attempt === 1) throw new Error('not yet')
})
const broken = job('broken', { input: z.object({ n: z.int() }), retries: 0 }, () => {
  throw new Error('never')
})
const once = job('once', { input: z.object({ n: z.int() }), unique: 'waiting' }, ({ input }) =>
  done.push(input.n),
)
const single = job('single', { unique: 'unfinished' }, async () => {
  await gate.promise
  done.push('single')
})
const ordered = job(
  'ordered',
  { input: z.object({ n: z.int() }), unique: 'ordered', concurrency: 3 },
  async ({ input }) => {
    await delay(10)
    done.push(input.n)
  },
)
const ranked = job(
  'ranked',
  { input: z.object({ n: z.int() }), concurrency: 1 },
  async ({ input }) => {
    if (input.n === 0) await gate.promise
    done.push(input.n)
  },
)
const late = job('late', { deadline: 1000, retries: 0 }, ({ signal }) => {
  signal.addEventListener('abort', () => done.push('aborted'))
  return new Promise(() => {})
})
const whole = job(
  'whole',
  { input: z.object({ n: z.int() }), transactional: true, retries: 1, retryDelay: 1000 },
  async ({ input, tx, attempt }) => {
    await tx.execute(`insert into effects values (${input.n})`)
    if (input.n === 1 && attempt === 1) throw new Error('roll back')
    done.push(input.n)
  },
)
const slow = job('slow', { retries: 0 }, async ({ progress, jobId }) => {
  progress(0.5, '1 of 2')
  done.push(jobId)
  await gate.promise
})
const all = {
  plain,
  dated,
  needing,
  flaky,
  broken,
  once,
  single,
  ordered,
  ranked,
  late,
  whole,
  slow,
}

const daily = plain.schedule('0 6 * * *', { input: { n: 1 }, timeZone: 'Europe/Berlin' })
const hourly = plain.schedule('0 * * * *', { input: { n: 2 }, key: 'hourly' })

const appWith = (modules: Record<string, object>, work = true): App =>
  app({
    title: 'Jobs',
    routes: {},
    log,
    jobs: { db: database, modules, work },
    onError: (report) => reports.push(report),
  })

const reports: ErrorReport[] = []
let measured: ProcessMetrics

let api: App
let runner: JobsRunner
beforeAll(async () => {
  db = await testDatabase({ models: {}, jobs: true })
  await db.execute('create table effects (n int)')
  measured = startMetrics()
  api = appWith({ all, daily, hourly })
  await api.start()
  runner = await api[internals].jobs!.start()
})
afterAll(async () => {
  gate.resolve()
  await api?.stop()
  await db?.close()
  stopMetrics()
})
beforeEach(() => {
  done.length = closed.length = lines.length = reports.length = 0
  gate = Promise.withResolvers()
})

const until = (values: readonly unknown[]): Promise<void> => expect.poll(() => done).toEqual(values)

it('a job of a transaction runs after its commit, and is gone after its rollback', async () => {
  const rolledBack = db.transaction(async (tx) => {
    await plain.enqueue(tx, { n: 1 })
    throw new Error('roll back')
  })
  await expect(rolledBack).rejects.toThrow('roll back')
  const id = await db.transaction(async (tx) => {
    const id = await plain.enqueue(tx, { n: 2 })
    expect(await plain.status(tx, id!)).toMatchObject({ state: 'waiting', attempts: 0 })
    return id
  })
  await until([2])
  await expect.poll(() => plain.status(db, id!)).toMatchObject({ state: 'done', attempts: 1 })
})

it('input is stored encoded, and its handler gets what the schema decodes', async () => {
  const at = new Date('2026-03-29T01:30:00.000Z')
  await dated.enqueue(db, { at })
  await until([at])
})

it('dependencies of scope app and request are made and closed as for a request', async () => {
  await needing.enqueue(db)
  await until(['one clock', 'outer of inner'])
  await expect.poll(() => closed).toEqual(['outer', 'inner'])
})

it('a job that failed is tried again, and its log line has the attempt', async () => {
  const id = await flaky.enqueue(db)
  await until([1, 2])
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', job: 'flaky', jobId: id, attempt: 1 }),
  )
  await expect.poll(() => flaky.status(db, id!)).toMatchObject({ state: 'done', attempts: 2 })
  expect(reports).toEqual([
    expect.objectContaining({
      source: 'job',
      error: new Error('not yet'),
      request: undefined,
      job: { name: 'flaky', id, attempt: 1, isLast: false },
    }),
  ])
  const flakyOf = (name: string) =>
    measured
      .collect()
      .find((metric) => metric.name === name)
      ?.histograms.filter(({ attributes }) => attributes['messaging.destination.name'] === 'flaky')
      .map(({ attributes, count }) => [attributes['error.type'], count])
  expect(flakyOf('messaging.process.duration')).toEqual([
    ['Error', 1],
    [undefined, 1],
  ])
  expect(flakyOf('plinth.job.lag')).toEqual([[undefined, 2]])
})

it('a job that failed for the last time is a dead letter with its input and its error', async () => {
  const id = await broken.enqueue(db, { n: 7 })
  await expect.poll(() => broken.status(db, id!)).toMatchObject({ state: 'failed', attempts: 1 })
  const [dead] = await runner.boss.findJobs('broken/dead')
  expect(dead).toMatchObject({
    data: { n: 7 },
    sourceId: id,
    sourceOutput: { name: 'Error', message: 'never' },
  })
  expect(reports).toMatchObject([{ job: { name: 'broken', id, attempt: 1, isLast: true } }])
})

it('stored input that no longer fits its schema is a dead letter with the reason, and no handler sees it', async () => {
  await runner.boss.send('dated', { at: 'yesterday' })
  await expect.poll(() => runner.boss.findJobs('dated/dead')).toHaveLength(1)
  const [dead] = await runner.boss.findJobs('dated/dead')
  expect(dead).toMatchObject({
    data: { at: 'yesterday' },
    sourceOutput: {
      reason: 'the stored input does not fit the schema of the job',
      issues: [{ path: ['at'] }],
    },
  })
  expect(done).toEqual([])
  expect(reports).toMatchObject([{ source: 'job', job: { name: 'dated', isLast: true } }])
})

it('`waiting` keeps the first one of the jobs that wait with one key', async () => {
  const [first, second, other] = await db.transaction(async (tx) => [
    await once.enqueue(tx, { n: 1 }, { key: 'ann' }),
    await once.enqueue(tx, { n: 2 }, { key: 'ann' }),
    await once.enqueue(tx, { n: 3 }, { key: 'bob' }),
  ])
  expect([first, second, other]).toEqual([expect.any(String), null, expect.any(String)])
  await expect.poll(() => done.toSorted()).toEqual([1, 3])
})

it('`unfinished` drops a job while another with its key runs, and jobs without a key are all different', async () => {
  const options = { key: 'ann' }
  const id = await single.enqueue(db, {}, options)
  await expect.poll(() => single.status(db, id!)).toMatchObject({ state: 'running' })
  expect(await single.enqueue(db, {}, options)).toBeNull()
  expect(await single.enqueue(db)).not.toBeNull()
  gate.resolve()
  await until(['single', 'single'])
  await expect.poll(() => single.status(db, id!)).toMatchObject({ state: 'done' })
  expect(await single.enqueue(db, {}, options)).not.toBeNull()
  await until(['single', 'single', 'single'])
})

it('`ordered` jobs of one key run one after the other, in their order', async () => {
  await db.transaction(async (tx) => {
    for (let n = 1; n <= 6; n++) await ordered.enqueue(tx, { n }, { key: 'ann' })
  })
  await until([1, 2, 3, 4, 5, 6])
})

it('`replace` gives the waiting job of its key new input, and the job runs once', async () => {
  const options = { key: 'ann', replace: true, delay: 60_000 }
  const first = await plain.enqueue(db, { n: 1 }, options)
  expect(await plain.enqueue(db, { n: 2 }, options)).toBe(first)
  const last = await plain.enqueue(db, { n: 3 }, { key: 'ann', replace: true })
  expect(last).toBe(first)
  await until([3])
})

it('a job with a higher priority begins first, and one with a delay waits', async () => {
  await ranked.enqueue(db, { n: 0 })
  await expect.poll(() => runner.setup.running.size).toBe(1)
  const tomorrow = new Date(Date.now() + 86_400_000)
  const waiting = await ranked.enqueue(db, { n: 9 }, { at: tomorrow, priority: 100 })
  await ranked.enqueue(db, { n: 1 })
  await ranked.enqueue(db, { n: 2 }, { priority: 10 })
  await ranked.enqueue(db, { n: 3 }, { priority: -10 })
  gate.resolve()
  await until([0, 2, 1, 3])
  expect(await ranked.status(db, waiting!)).toMatchObject({ state: 'waiting' })
  await runner.boss.cancel('ranked', waiting!)
})

it('at its deadline the signal of a job aborts, and the attempt has failed', async () => {
  const id = await late.enqueue(db)
  await until(['aborted'])
  await expect.poll(() => late.status(db, id!)).toMatchObject({ state: 'failed' })
})

it('a transactional job commits its effects with its completion, and a failed attempt leaves nothing', async () => {
  const id = await whole.enqueue(db, { n: 1 })
  await whole.enqueue(db, { n: 2 })
  await expect.poll(() => whole.status(db, id!)).toMatchObject({ state: 'done', attempts: 2 })
  const { rows } = await db.execute('select n from effects order by n')
  expect(rows).toEqual([{ n: 1 }, { n: 2 }])
})

it('the status of a running job has its progress, and that of a job that has ended has none', async () => {
  const id = await slow.enqueue(db)
  await expect
    .poll(() => slow.status(db, id!))
    .toMatchObject({ state: 'running', progress: { part: 0.5, note: '1 of 2' }, endedAt: null })
  gate.resolve()
  await expect
    .poll(() => slow.status(db, id!))
    .toMatchObject({ state: 'done', progress: null, endedAt: expect.any(Date) })
  expect(await slow.status(db, 'no id')).toBeNull()
  expect(await slow.status(db, crypto.randomUUID())).toBeNull()
})

it('a transaction of a user’s, with row-level security, may enqueue', async () => {
  const { protectRows } = await import('plinth/row-security')
  await protectRows(db, {})
  const opened = transaction(db, { user: 'ann' })
  const tx = (await opened.next()).value!
  await plain.enqueue(tx, { n: 4 })
  await opened.next()
  await until([4])
})

it('schedules are stored with their time zone, and removed once the code no longer has them', async () => {
  const stored = async () =>
    (await runner.boss.getSchedules()).map(({ name, key, cron, timezone, data }) => ({
      name,
      key,
      cron,
      timezone,
      data,
    }))
  const byDay = {
    name: 'plain',
    key: '',
    cron: '0 6 * * *',
    timezone: 'Europe/Berlin',
    data: { n: 1 },
  }
  const byHour = {
    name: 'plain',
    key: 'hourly',
    cron: '0 * * * *',
    timezone: 'UTC',
    data: { n: 2 },
  }
  expect(await stored()).toEqual(expect.arrayContaining([byDay, byHour]))
  const newer = appWith({ all, daily })
  await newer.start()
  expect(await stored()).toEqual([byDay])
  await newer[internals].jobs!.stop()
})

it('changing `unique` of a job that has a queue is refused, with the way to do it', async () => {
  const changed = job('plain', { unique: 'ordered' }, () => {})
  const other = appWith({ changed }, false)
  await expect(other.start()).rejects.toThrow(
    /job "plain": its queue was created without unique, which cannot be changed to 'ordered': give the job another name/,
  )
})

it('at shutdown running jobs get their time, and the rest is returned without using up a retry', async () => {
  const other = appWith({ slow })
  await other.start()
  await api[internals].jobs!.stop()
  const id = await slow.enqueue(db)
  await until([id])
  await other[internals].jobs!.stop()
  gate.resolve()
  expect(lines.map(({ msg }) => msg)).toContain(
    'jobs did not finish in time: they are returned to the queue',
  )
  await api.start()
  await until([id, id])
  await expect.poll(() => slow.status(db, id!)).toMatchObject({ state: 'done' })
})
