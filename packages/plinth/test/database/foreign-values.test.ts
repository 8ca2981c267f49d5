// Values that another program stored and that no model accepts: what is sent is right, or a 500.
import { sql } from 'drizzle-orm'
import { date, integer, numeric, pgTable, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, createLogger, decimal, fromTable, id, model, router } from 'plinth'
import { testDatabase } from 'plinth/testing'

const db = await testDatabase({ models: {} })
const plain = pgTable('plain_dates', {
  id: integer().primaryKey(),
  stamp: timestamp(),
  zoned: timestamp({ withTimezone: true }),
  short: timestamp({ precision: 3, withTimezone: true }),
  day: date(),
  dayDate: date('day_date', { mode: 'date' }),
  list: timestamp().array(),
  amount: numeric(),
})
const Plain = fromTable(plain, { schemas: { list: z.array(z.date().nullable()) } })
const Own = model('own_dates', {
  id: id(),
  at: z.date().nullable(),
  text: z.iso.datetime().nullable(),
  day: z.iso.date().nullable(),
  amount: decimal({ precision: 10, scale: 2 }).nullable(),
})

const rows = router('/rows', { dependencies: { db } })
const routes = {
  plain: rows.get('/plain', { response: z.array(Plain) }, ({ db }) => db.select().from(Plain)),
  own: rows.get('/own', { response: z.array(Own) }, ({ db }) => db.select().from(Own)),
  loaded: rows.get('/loaded', { response: z.array(Own) }, async ({ db }) =>
    (await db.select().from(Own)).slice(),
  ),
}
const api = app({ title: 'Rows', log: createLogger({ level: 'silent' }), routes: { rows: routes } })

beforeAll(async () => {
  await db.execute(
    sql`create table plain_dates (id int primary key, stamp timestamp, zoned timestamptz, short timestamptz(3), day date, day_date date, list timestamp[], amount numeric)`,
  )
  await db.execute(
    sql`create table own_dates (id uuid primary key default gen_random_uuid(), at timestamptz(3), text timestamptz(3), day date, amount numeric)`,
  )
})
beforeEach(async () => {
  await db.execute(sql`delete from plain_dates`)
  await db.execute(sql`delete from own_dates`)
})
afterAll(() => db.close())

async function sent(path: string) {
  const response = await api.fetch(new Request(`http://test/rows${path}`))
  const body: unknown = await response.json()
  return response.status === 200 ? (body as Record<string, unknown>[])[0] : response.status
}

const columns = ['stamp', 'zoned', 'short', 'day', 'day_date'] as const

describe('a column of an existing table', () => {
  describe.each(['infinity', '-infinity', '0044-03-15 BC', '10000-01-01'])('with %s', (value) => {
    it.each(columns)('is never sent as another date: %s', async (column) => {
      await db.execute(
        sql`insert into plain_dates (id, ${sql.identifier(column)}) values (1, ${sql.raw(`'${value}'`)})`,
      )
      expect(await sent('/plain')).toBe(500)
    })
  })

  it('with a year before 100 is sent as this year', async () => {
    await db.execute(
      sql`insert into plain_dates (id, stamp, zoned, short, day, day_date, list) values (1, '0001-02-03 04:05:06', '0099-12-31 00:00:00+00', '0070-01-01 00:00:00.5+00', '0001-01-01', '0001-01-01', array['0001-01-01'::timestamp, null])`,
    )
    expect(await sent('/plain')).toMatchObject({
      stamp: '0001-02-03T04:05:06.000Z',
      zoned: '0099-12-31T00:00:00.000Z',
      short: '0070-01-01T00:00:00.500Z',
      day: '0001-01-01',
      dayDate: '0001-01-01T00:00:00.000Z',
      list: ['0001-01-01T00:00:00.000Z', null],
    })
  })

  it('with microseconds is sent to the millisecond', async () => {
    await db.execute(
      sql`insert into plain_dates (id, stamp, zoned, list) values (1, '2026-01-02 03:04:05.123456', '2026-01-02 03:04:05.123456+02', '{}')`,
    )
    expect(await sent('/plain')).toMatchObject({
      stamp: '2026-01-02T03:04:05.123Z',
      zoned: '2026-01-02T01:04:05.123Z',
    })
  })
})

describe('a column of a model', () => {
  const cases: [string, string][] = [
    ...['infinity', '-infinity', '0044-03-15 BC', '10000-01-01'].flatMap(
      (value): [string, string][] => [
        ['at', value],
        ['text', value],
        ['day', value],
      ],
    ),
    ['amount', 'NaN'],
    ['amount', 'Infinity'],
    ['amount', '-Infinity'],
  ]
  it.each(cases)(
    '%s with %s is an error, whether Postgres writes the JSON or JavaScript',
    async (column, value) => {
      await db.execute(
        sql`insert into own_dates (${sql.identifier(column)}) values (${sql.raw(`'${value}'`)})`,
      )
      expect([await sent('/own'), await sent('/loaded')]).toEqual([500, 500])
    },
  )

  it('with ordinary values, or none, is sent the same by both', async () => {
    const text = '0001-01-01 00:00:00+00'
    await db.execute(
      sql`insert into own_dates (at, text, day, amount) values (${text}, '9999-12-31 23:59:59.999+00', '9999-12-31', '-12.50')`,
    )
    const row = await sent('/own')
    expect(row).toMatchObject({
      at: '0001-01-01T00:00:00.000Z',
      text: '9999-12-31T23:59:59.999Z',
      day: '9999-12-31',
      amount: '-12.50',
    })
    expect(await sent('/loaded')).toEqual(row)
    await db.execute(sql`update own_dates set at = null, text = null, day = null, amount = null`)
    expect(await sent('/own')).toMatchObject({ at: null, text: null, day: null, amount: null })
  })
})
