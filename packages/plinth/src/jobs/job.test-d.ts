import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import type { DatabaseTransaction } from '../database/queryable.ts'
import { dependency } from '../dependencies/dependency.ts'
import { body, query } from '../dependencies/parameter.ts'
import type { Logger } from '../logging/logger.types.ts'
import { job } from './job.ts'
import type { Job, Schedule } from './job.types.ts'

const db = database('pglite:memory')
const mail = dependency(() => ({ send: (_to: string): number => 1 }), { scope: 'app' })
const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})

const welcome = job(
  'welcome',
  { input: z.object({ userId: z.string(), at: when }), dependencies: { mail }, retries: 5 },
  ({ input, mail, attempt, signal, log, jobId }) => {
    expectTypeOf(input).toEqualTypeOf<{ userId: string; at: Date }>()
    expectTypeOf(mail.send('ann')).toEqualTypeOf<number>()
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(log).toEqualTypeOf<Logger>()
    expectTypeOf(jobId).toEqualTypeOf<string>()
  },
)
const at = new Date(0)

test('a job has the type of its decoded input', () => {
  expectTypeOf(welcome).toEqualTypeOf<Job<{ userId: string; at: Date }>>()
})

test('enqueue takes the decoded input, on a database or in a transaction', () => {
  expectTypeOf(welcome.enqueue(db, { userId: 'ann', at })).toEqualTypeOf<Promise<string | null>>()
  void db.transaction((tx) => welcome.enqueue(tx, { userId: 'ann', at }, { delay: 5, key: 'ann' }))
  // @ts-expect-error Property 'at' is missing
  void welcome.enqueue(db, { userId: 'ann' })
  // @ts-expect-error Type 'string' is not assignable to type 'Date'
  void welcome.enqueue(db, { userId: 'ann', at: 'now' })
  // @ts-expect-error 'delays' does not exist
  void welcome.enqueue(db, { userId: 'ann', at }, { delays: 5 })
  // @ts-expect-error Expected 2-3 arguments, but got 1
  void welcome.enqueue(db)
})

test('input that may be left out is optional', () => {
  const cleanup = job('cleanup', {}, ({ input }) => {
    expectTypeOf(input).toEqualTypeOf<{}>()
  })
  void cleanup.enqueue(db)
  expectTypeOf(cleanup.schedule('0 3 * * *')).toEqualTypeOf<Schedule>()
  welcome.schedule('0 6 * * *', { input: { userId: 'all', at }, timeZone: 'Europe/Berlin' })
  // @ts-expect-error Expected 2 arguments, but got 1
  welcome.schedule('0 6 * * *')
})

test('the transaction of a job is there if the job is transactional', () => {
  job('whole', { transactional: true }, ({ tx }) => {
    expectTypeOf(tx).toEqualTypeOf<DatabaseTransaction>()
  })
  // @ts-expect-error Property 'tx' does not exist
  job('half', {}, ({ tx }) => tx)
})

test('a dependency that reads the request is refused in words', () => {
  const page = dependency({ limit: query(z.int()) }, ({ limit }) => limit)
  const nested = dependency({ page }, ({ page }) => page)
  const item = dependency({ item: body(z.object({})) }, ({ item }) => item)
  // @ts-expect-error 'this dependency reads the request, and a job has none'
  job('a', { dependencies: { mail, page } }, () => {})
  // @ts-expect-error 'this dependency reads the request, and a job has none'
  job('b', { dependencies: { nested } }, () => {})
  // @ts-expect-error 'this dependency reads the request, and a job has none'
  job('c', { dependencies: { item } }, () => {})
  // @ts-expect-error Type 'Dependency<{ send: (_to: string) => number; }
  job('d', { dependencies: { signal: mail } }, () => {})
})

test('input is an object', () => {
  // @ts-expect-error ZodString
  job('a', { input: z.string() }, () => {})
})
