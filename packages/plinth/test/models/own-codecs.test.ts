// Durations, times of day and bytes: columns, filters, defaults, the document, and the typed client.
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  base64,
  dependency,
  duration,
  id,
  insert,
  listing,
  model,
  one,
  router,
  timeOfDay,
  type Database,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testDatabase } from 'plinth/testing'

const Lesson = model('lessons', {
  id: id(),
  takes: duration(),
  pause: duration().default(300_000),
  begins: timeOfDay(),
  ends: timeOfDay().nullable().default(null),
  hash: base64({ maxSize: 4 }),
  plan: z.array(z.object({ after: duration(), image: base64() })).default([]),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: [Lesson] })
})
afterAll(() => db?.close())

const lessons = router('/lessons', { dependencies: { db: dependency(() => db) } })
const lessonList = listing(Lesson, {
  filter: ['takes', { begins: ['gte', 'lt'], takes: ['gt'] }],
  sort: ['begins', '-takes'],
})
const create = lessons.post(
  '/',
  { body: Lesson.$create, response: Lesson, status: 201 },
  ({ body }) => one(insert(db, Lesson, body)),
)
const list = lessons.get(
  '/',
  { query: lessonList.query, response: lessonList.response },
  (context) => lessonList.run(context),
)
const api = app({ title: 'Lessons', routes: { lessons: { create, list } } })
const calls = client<typeof api>('http://test.local', { fetch: (request) => api.fetch(request) })

it('a duration, a time of day and bytes are stored, sent and filtered as what they are', async () => {
  const made = await calls.post('/lessons', {
    body: {
      takes: 'PT90M',
      begins: '09:30',
      hash: 'AAAA',
      plan: [{ after: 'P1D', image: 'AA==' }],
    },
  })
  expect(made).toEqual({
    id: made.id,
    takes: 'PT1H30M',
    pause: 'PT5M',
    begins: '09:30:00',
    ends: null,
    hash: 'AAAA',
    plan: [{ after: 'P1D', image: 'AA==' }],
  })
  const [row] = await db.select().from(Lesson).where(eq(Lesson.id, made.id))
  expect(row).toEqual({
    id: made.id,
    takes: 5_400_000,
    pause: 300_000,
    begins: 34_200_000,
    ends: null,
    hash: new Uint8Array(3),
    plan: [{ after: 86_400_000, image: Uint8Array.of(0) }],
  })
  const { rows } = await db.execute(
    sql`select takes = interval '90 minutes' as takes, begins = time '09:30' as begins, octet_length(hash) as size from lessons where id = ${made.id}`,
  )
  expect(rows).toEqual([{ takes: true, begins: true, size: 3 }])
  const found = await calls.get('/lessons', {
    query: { takes: 'PT5400S', 'takes.gt': 'PT1H', 'begins.gte': '09:00', sort: '-takes' },
  })
  expect(found.items).toEqual([made])
  expect((await calls.get('/lessons', { query: { 'begins.lt': '09:30' } })).items).toEqual([])
})

it('the database has the defaults too, and other programs may write them', async () => {
  const { rows } = await db.execute<{ id: string }>(
    sql`insert into lessons (takes, begins, hash, plan) values ('1 day 2 hours', '23:59:59.5', '\\x00', '[]') returning id`,
  )
  const [row] = await db.select().from(Lesson).where(eq(Lesson.id, rows[0]!.id))
  expect(row).toMatchObject({ takes: 93_600_000, pause: 300_000, begins: 86_399_500 })
})

it('a wrong duration, time or base64 text is a 422 that names the field', async () => {
  const failed = await calls.try.post('/lessons', {
    body: { takes: 'P1M', begins: '24:00', hash: 'AAAAAAA=' },
  })
  expect(failed.ok).toBe(false)
  if (failed.ok) return
  expect(failed.problem.errors?.map(({ path }) => path.join('.'))).toEqual([
    'takes',
    'begins',
    'hash',
  ])
})

it('conformance() finds nothing in routes with durations, times of day and bytes', async () => {
  expect((await conformance(api, { seed: 3, runs: 10, values: { cursor: [] } })).findings).toEqual(
    [],
  )
})

it('the document describes durations, times and bytes as text with a format', () => {
  const { LessonCreate } = api.openapi().components?.schemas ?? {}
  expect(LessonCreate).toMatchObject({
    properties: {
      takes: { type: 'string', format: 'duration' },
      pause: { type: 'string', format: 'duration', default: 'PT5M' },
      begins: { type: 'string', format: 'time-local' },
      hash: { type: 'string', format: 'base64', contentEncoding: 'base64' },
    },
  })
})
