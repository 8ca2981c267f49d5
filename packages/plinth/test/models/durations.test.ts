// Durations of ISO 8601 in a Postgres interval column, by HTTP and in SQL.
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import { app, dependency, id, insert, listing, model, one, router, type Database } from 'plinth'
import { conformance, testDatabase } from 'plinth/testing'

const Timer = model('timers', {
  id: id(),
  every: z.iso.duration(),
  grace: z.iso.duration().nullable().default(null),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: [Timer] })
})
afterAll(() => db?.close())

const timers = router('/timers', { dependencies: { db: dependency(() => db) } })
const timerList = listing(Timer, { filter: ['every'] })
const api = app({
  title: 'Timers',
  routes: {
    timers: {
      create: timers.post('/', { body: Timer.$create, response: Timer, status: 201 }, ({ body }) =>
        one(insert(db, Timer, body)),
      ),
      list: timers.get('/', { query: timerList.query, response: timerList.response }, (context) =>
        timerList.run(context),
      ),
    },
  },
})

const create = async (body: object) => {
  const response = await api.fetch(
    new Request('http://test.local/timers', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  )
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

it.each([
  ['P1Y2M3DT4H5M6.7S', 'P1Y2M3DT4H5M6.7S', '1 year 2 mons 3 days 04:05:06.7'],
  ['P14M', 'P1Y2M', '14 mons'],
  ['P2W', 'P14D', '14 days'],
  ['PT90M', 'PT1H30M', '90 minutes'],
  ['PT36H', 'PT36H', '36 hours'],
  ['PT0,000001S', 'PT0.000001S', '1 microsecond'],
  ['P0D', 'PT0S', '0'],
  [
    'P178956970Y7M2147483647D',
    'P178956970Y7M2147483647D',
    '178956970 years 7 mons 2147483647 days',
  ],
])('the duration %s is stored as an interval and reads back as %s', async (sent, read, stored) => {
  const { status, json } = await create({ every: sent })
  expect([status, json['every'], json['grace']]).toEqual([201, read, null])
  const { rows } = await db.execute<{ same: boolean }>(
    sql`select ${Timer.every} = ${stored}::interval as same from ${Timer} where ${eq(Timer.id, json['id'] as string)}`,
  )
  expect(rows).toEqual([{ same: true }])
})

it.each([
  'P',
  'PT',
  '1 day',
  'P-1D',
  'P178956971Y',
  `P${'9'.repeat(100_000)}D`,
  'PT0.0000001S',
  'P1.5D',
])('the text %s is refused as a duration with a 422', async (every) => {
  const { status, json } = await create({ every })
  expect(status).toBe(422)
  expect(json['errors']).toMatchObject([{ in: 'body', path: ['every'] }])
})

it('a list is filtered by a duration in any spelling', async () => {
  await create({ every: 'PT2H' })
  const response = await api.fetch(new Request('http://test.local/timers?every=PT120M'))
  const { items } = (await response.json()) as { items: { every: string }[] }
  expect(items.map(({ every }) => every)).toEqual(['PT2H'])
})

it('a duration is documented with its format, and the API conforms to its document', async () => {
  const { findings } = await conformance(api)
  // a cursor comes from a page before it, which no generated text does
  expect(findings.filter(({ request }) => !request.includes('cursor='))).toEqual([])
  expect(api.openapi()).toMatchObject({
    components: { schemas: { Timer: { properties: { every: { format: 'duration' } } } } },
  })
})
