// Jobs in tests of an app: no worker runs, and the test runs them.
import { app, type Database, dependency, router, transaction } from 'plinth'
import { job } from 'plinth/jobs'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'

let own: Database
const db = dependency((): Database => own, { scope: 'app' })
const session = dependency({ db }, ({ db }) => transaction(db))

const sent: string[] = []
const mail = dependency(() => ({ send: (to: string) => void sent.push(to) }), { scope: 'app' })

const welcome = job(
  'welcome',
  { input: z.object({ email: z.string(), at: z.date() }), dependencies: { mail } },
  async ({ input, mail }) => {
    mail.send(input.email)
    if (input.email === 'chain') await welcome.enqueue(own, { email: 'next', at: input.at })
  },
)
const failing = job('failing', {}, () => {
  throw new Error('it fails')
})
const twice = job('twice', { retries: 1 }, () => {
  throw new Error('it fails')
})
const other = job('other', {}, () => {})

const users = router('/users', { dependencies: { db: session } })
const at = new Date('2026-01-01T00:00:00.000Z')
const create = users.post('/:email', { status: 201 }, async ({ params, db }) => {
  await welcome.enqueue(db, { email: params.email, at })
  if (params.email === 'bad') throw new Error('rolled back')
  return {}
})
const api = app({
  title: 'Users',
  routes: { users: { create } },
  jobs: { db, modules: { jobs: { welcome, failing, twice } } },
})

beforeAll(async () => {
  own = await testDatabase({ models: {}, jobs: true })
})
afterAll(() => own.close())

const post = (path: string): Request => new Request(`http://test${path}`, { method: 'POST' })

it('a test sees the jobs that a request enqueued, and runs them with the overrides of the app', async () => {
  await using test = testApp(api)
  const faked: string[] = []
  test.override(mail, () => ({ send: (to: string) => void faked.push(to) }))
  expect((await test.fetch(post('/users/ann'))).status).toBe(201)
  expect((await test.fetch(post('/users/bad'))).status).toBe(500)
  expect(await test.jobs.enqueued(welcome)).toMatchObject([{ input: { email: 'ann', at } }])
  expect(faked).toEqual([])
  expect(await test.jobs.run()).toMatchObject([{ job: 'welcome', attempt: 1, error: undefined }])
  expect(faked).toEqual(['ann'])
  expect(await test.jobs.enqueued(welcome)).toEqual([])
  expect(sent).toEqual([])
})

it('jobs that jobs enqueue run, too, and delayed ones only when asked for', async () => {
  await using test = testApp(api)
  await test.run(db, (db) => welcome.enqueue(db, { email: 'chain', at }))
  await test.run(db, (db) => welcome.enqueue(db, { email: 'later', at }, { delay: 60_000 }))
  await test.jobs.run()
  expect(sent.splice(0)).toEqual(['chain', 'next'])
  await test.jobs.run({ delayed: true })
  expect(sent.splice(0)).toEqual(['later'])
})

it('the error of a job is the test’s, unless the test wants to see it', async () => {
  await using test = testApp(api)
  const enqueue = () => test.run(db, (db) => failing.enqueue(db))
  await enqueue()
  await expect(test.jobs.run()).rejects.toThrow('it fails')
  await enqueue()
  const runs = await test.jobs.run({ collectErrors: true, delayed: true })
  expect(runs.map(({ error }) => (error as Error).message)).toContain('it fails')
})

it('in a test, each run attempts a failing job once, and it is a dead letter after its own retries', async () => {
  await using test = testApp(api)
  const id = await test.run(db, (db) => twice.enqueue(db))
  const seen: unknown[] = []
  for (let run = 1; run <= 3; run++) {
    const runs = await test.jobs.run({ collectErrors: true, delayed: true })
    const attempts = runs.filter(({ job }) => job === 'twice').map(({ attempt }) => attempt)
    seen.push([attempts, (await twice.status(own, id ?? ''))?.state])
  }
  expect(seen).toEqual([
    [[1], 'retrying'],
    [[2], 'failed'],
    [[], 'failed'],
  ])
})

it('in a test, jobs of a higher priority run first, and equal ones in the order in which they were enqueued', async () => {
  await using test = testApp(api)
  const order: string[] = []
  test.override(mail, () => ({ send: (to: string) => void order.push(to) }))
  const priorities = { a: 0, b: 10, c: 5, d: 10, e: 0, f: 5 }
  for (const [email, priority] of Object.entries(priorities))
    await test.run(db, (db) => welcome.enqueue(db, { email, at }, { priority }))
  await test.jobs.run()
  expect(order.join('')).toBe('bdcfae')
})

it('a job that the app does not have, and an app that has not started, are refused with the fix', async () => {
  await using test = testApp(api)
  await expect(test.run(db, (db) => other.enqueue(db))).rejects.toThrow(
    'The app does not have the job "other": export it from one of the modules in app({ jobs: { modules } })',
  )
  const alone = await testDatabase({ models: {} })
  await expect(welcome.enqueue(alone, { email: 'x', at })).rejects.toThrow(
    'The job "welcome" is used before its app has started: await api.start() first, or await test.start() in a test',
  )
  await alone.close()
})

it('enqueuing on the database itself inside of its transaction is refused, since it would wait for itself', async () => {
  await using test = testApp(api)
  await test.run(db, async (db) => {
    const nested = db.transaction(async (tx) => {
      await tx.execute('select 1')
      await welcome.enqueue(db, { email: 'x', at })
    })
    await expect(nested).rejects.toMatchObject({ code: 'PLINTH_DATABASE_NESTED' })
  })
})

it('input that does not fit, and options without effect, are refused before anything is stored', async () => {
  await using test = testApp(api)
  await test.run(db, async (db) => {
    const wrong = welcome.enqueue(db, { email: 1 as unknown as string, at })
    await expect(wrong).rejects.toThrow(/job "welcome": the input does not fit its schema: email: /)
    const input = { email: 'x', at }
    const refused = [
      [{ key: 'x' }, 'the key has no effect, because the job is not unique'],
      [{ replace: true }, 'replace needs the key'],
      [{ delay: -1 }, 'delay is -1'],
      [{ delay: 1, at }, 'delay and at contradict each other'],
      [{ priority: 0.5 }, 'priority is 0.5'],
      [{ delays: 5 }, 'unknown option "delays"'],
    ] as const
    for (const [options, reason] of refused)
      await expect(welcome.enqueue(db, input, options as object)).rejects.toThrow(reason)
    const large = welcome.enqueue(db, { email: 'x'.repeat(1_100_000), at })
    await expect(large).rejects.toThrow('at most 1048576 can be stored')
  })
  expect(await test.jobs.enqueued(welcome)).toEqual([])
})

it('cancel() ends a job by its id and those of a key, in the transaction, and no others', async () => {
  await using test = testApp(api)
  const key = 'ann'
  const later = (options: object) =>
    test.run(db, (db) => welcome.enqueue(db, { email: 'ann', at }, { delay: 60_000, ...options }))
  const ids = async () => (await test.jobs.enqueued(welcome)).map(({ id }) => id)
  const [keyed, other] = [await later({ key, replace: true }), await later({})]
  const rolledBack = own.transaction(async (tx) => {
    expect(await welcome.cancel(tx, { key })).toBe(1)
    throw new Error('rolled back')
  })
  await expect(rolledBack).rejects.toThrow('rolled back')
  expect(await ids()).toEqual([keyed, other])
  expect(await welcome.cancel(own, { key })).toBe(1)
  expect(await ids()).toEqual([other])
  expect([await welcome.cancel(own, { key }), await welcome.cancel(own, { id: 'x' })]).toEqual([
    0, 0,
  ])
  expect(await welcome.cancel(own, { id: other! })).toBe(1)
  expect(await welcome.cancel(own, { id: other! })).toBe(0)
  expect(await welcome.status(own, other!)).toMatchObject({ state: 'cancelled' })
  expect(await test.jobs.run({ delayed: true })).toEqual([])
  for (const wrong of [{}, { id: other!, key }])
    await expect(welcome.cancel(own, wrong)).rejects.toThrow(
      'pass the id of a job, or the key of jobs',
    )
})
