import { afterEach, beforeEach, expect, it } from 'vitest'
import { dependency } from '../dependencies/dependency.ts'
import { query } from '../dependencies/parameter.ts'
import { job } from '../jobs/job.ts'
import { router } from '../routing/router.ts'
import { testApp } from '../testing/test-app.ts'
import { app } from './app.ts'
import * as z from 'zod'

const warnings: (Error & { detail?: string })[] = []
const remember = (warning: Error): void => void warnings.push(warning)
beforeEach(() => void process.on('warning', remember))
afterEach(() => {
  process.off('warning', remember)
  warnings.length = 0
})
/** Node emits warnings in the next turn. */
const emitted = async (): Promise<string[]> => {
  await new Promise((resolve) => setImmediate(resolve))
  return warnings.map(({ message }) => message)
}

const clock = dependency(() => 'real', { name: 'clock' })
const user = dependency({ clock }, ({ clock }) => `ann at ${clock}`, { name: 'user' })
const page = query(z.int().default(1))
const times = router('/times')
const now = times.get('/', { dependencies: { user, page } }, ({ user }) => user)
const api = app({ title: 'Times', routes: { times: { now } } })
const copyOfClock = () => dependency(() => 'real', { name: 'clock' })

it('an override of a dependency that the app does not use is warned of when the app stops', async () => {
  {
    await using test = testApp(api)
    test.override(copyOfClock(), () => 'fake')
    test.override(query(z.int().default(1)), () => 2)
    expect(await (await test.fetch(new Request('http://test/times'))).json()).toBe('ann at real')
    expect(await emitted()).toEqual([])
  }
  expect(await emitted()).toEqual([
    expect.stringMatching(
      /^override\(\) of the dependency "clock" had no effect: .*same object that the route declares/,
    ),
    expect.stringMatching(/^override\(\) of a query parameter had no effect: /),
  ])
  expect(warnings[0]?.detail).toContain('override.test.ts')
})

it('an override without an effect is warned of when it is undone, once', async () => {
  await using test = testApp(api)
  const other = copyOfClock()
  {
    using _first = test.override(other, () => 'fake')
    using _second = test.override(other, () => 'fake')
  }
  expect(await emitted()).toHaveLength(2)
  await test.stop()
  expect(await emitted()).toHaveLength(2)
})

it('an override is not warned of when a route, a parameter, run() or a mounted app uses it', async () => {
  const only = dependency({ other: copyOfClock() }, ({ other }) => other)
  const inner = copyOfClock()
  const list = router('/inner').get('/', { dependencies: { inner } }, ({ inner }) => inner)
  const outer = app({
    title: 'Outer',
    routes: { times: { now } },
    mount: { '/v2': app({ title: 'Inner', routes: { list: { list } } }) },
  })
  {
    await using test = testApp(outer)
    test.override(inner, () => 'fake')
    test.override(page, () => 2)
    test.override(only, () => 'fake')
    expect(await test.run(only, (value) => value)).toBe('fake')
    test.override(user, () => 'eve')
    // Nothing reaches it any more, and a setup that replaces both is not a mistake.
    test.override(clock, () => 'fake')
    expect(await (await test.fetch(new Request('http://test/v2/inner'))).json()).toBe('fake')
  }
  expect(await emitted()).toEqual([])
})

it('an override of what a job alone uses is not warned of', async () => {
  const mailer = copyOfClock()
  const db = copyOfClock()
  const mail = job('mail', { dependencies: { mailer } }, () => undefined)
  // The jobs do not start here, so their database may be anything.
  const jobs = { db: db as never, modules: { mails: { mail } } }
  const withJobs = app({ title: 'Mails', routes: { times: { now } }, jobs })
  {
    using _mailer = withJobs.override(mailer, () => 'fake')
    using _db = withJobs.override(db, () => 'fake')
  }
  expect(await emitted()).toEqual([])
})
