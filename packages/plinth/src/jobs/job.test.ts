import { expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { query } from '../dependencies/parameter.ts'
import { child } from '../../test/support/child.ts'
import { collectJobs } from './collect-jobs.ts'
import { job } from './job.ts'
import type { JobOptions } from './job.types.ts'

const nothing = (): void => {}

it.each<[string, JobOptions, string]>([
  ['a b', {}, 'a name has 1 to 100 letters'],
  ['a/dead', {}, 'a name has 1 to 100 letters'],
  ['a', { retries: -1 }, 'retries is -1'],
  ['a', { deadline: 1500 }, 'deadline is 1500, and must be whole seconds'],
  ['a', { deadline: 86_400_000 }, 'deadline is 86400000'],
  ['a', { retryDelay: 0 }, 'retryDelay is 0'],
  ['a', { concurrency: 0 }, 'concurrency is 0'],
  ['a', { unique: 'any' as 'waiting' }, "unique is 'waiting', 'unfinished' or 'ordered'"],
  ['a', { retires: 1 } as object, 'unknown option "retires"'],
])('job(%j, %o) is refused: %s', (name, options, reason) => {
  expect(() => job(name, options as {}, nothing)).toThrow(reason)
})

it('a dependency that reads the request, at any depth, is refused with its name', () => {
  const page = dependency({ limit: query(z.int()) }, ({ limit }) => limit)
  const user = dependency({ token: bearer() }, ({ token }) => token)
  const options = (dependencies: object): {} => ({ dependencies })
  expect(() => job('a', options({ page }), nothing)).toThrow(
    'job "a": the dependency "page" reads the request (the query parameter "limit"), and a job has none: put the value into the input of the job',
  )
  expect(() => job('a', options({ user }), nothing)).toThrow('reads the request (a credential)')
})

it.each([
  ['6 * *', 'UTC', 'does not have the five fields'],
  ['0 0 6 * * *', 'UTC', 'does not have the five fields'],
  ['FREQ=DAILY;COUNT=6', 'UTC', 'does not have the five fields'],
  ['0 6 * * *', 'Berlin', '"Berlin" is not a time zone'],
])('the schedule %j in %j is refused: %s', (cron, timeZone, reason) => {
  expect(() => job('a', {}, nothing).schedule(cron, { timeZone })).toThrow(reason)
})

it('a schedule checks its input', () => {
  const welcome = job('welcome', { input: z.object({ n: z.int() }) }, nothing)
  expect(() => welcome.schedule('0 6 * * *', { input: { n: 0.5 } })).toThrow(
    'job "welcome": the input does not fit its schema: n: ',
  )
})

it('the jobs of an app are found in its modules, and what contradicts itself is refused', () => {
  const db = dependency(() => ({}) as never)
  const [one, two] = [job('one', {}, nothing), job('two', {}, nothing)]
  const nightly = two.schedule('0 3 * * *')
  const collected = (modules: Record<string, object>) => collectJobs({ db, modules })
  const found = collected({ a: { one, helper: nothing }, two, b: { nightly, again: one } })
  expect(found.definitions).toEqual([one, two])
  expect(found.schedules).toEqual([nightly])
  expect(() => collected({ a: { helper: nothing } })).toThrow('the module "a" exports no job')
  expect(() => collected({ a: { one, other: job('one', {}, nothing) } })).toThrow(
    'job "one": two jobs have this name',
  )
  expect(() => collected({ a: { nightly } })).toThrow('no module of the app exports it')
  expect(() => collected({ two, a: { nightly, more: two.schedule('0 4 * * *') } })).toThrow(
    'two schedules have the key ""',
  )
  expect(() => collectJobs({ db, modules: { one }, heartbeat: 5000 })).toThrow('heartbeat is 5000')
  const jobs = { db, modules: { one }, works: true } as object as Parameters<typeof collectJobs>[0]
  expect(() => app({ title: 'Jobs', routes: {}, jobs })).toThrow(
    'app(): jobs: unknown option "works". Did you mean "work"?',
  )
})

it('an app with jobs does not start without pg-boss, and says how to install it', async () => {
  const { output, code } = await child(
    `const { registerHooks } = await import('node:module')
    registerHooks({ resolve(name, context, next) {
      if (name === 'pg-boss')
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
      return next(name, context)
    } })
    const db = database('pglite:memory')
    const api = app({ title: 'Jobs', routes: {}, jobs: { db, modules: { one: job('one', {}, () => {}) } } })
    await api.start().catch((error) => console.log(error.code, error.message))`,
    { app: 'app/app.ts', job: 'jobs/job.ts' },
  ).ended()
  expect(output).toContain(
    'PLINTH_JOBS_UNAVAILABLE Jobs need the package pg-boss, which is not installed: npm install pg-boss @opentelemetry/api',
  )
  expect(code).toBe(0)
})
