// The rows of the development page, on the database of the service.
import { sql } from 'drizzle-orm'
import { integer, jsonb, pgEnum, pgTable, text, timestamp, varchar } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, type Database, field, id, model, owner, references } from 'plinth'
import { testDatabase } from 'plinth/testing'
import type { DevService } from '../../src/devtools/dev-service.types.ts'
import { boundedTransaction } from '../../src/devtools/tables/bounded-transaction.ts'
import { planChange, runChange } from '../../src/devtools/tables/change-row.ts'
import { readRow, readRows, readSummaries } from '../../src/devtools/tables/read-rows.ts'
import type { RowChange } from '../../src/devtools/tables/shown-table.types.ts'
import { readTable } from '../../src/devtools/tables/table-catalog.ts'
import { shownOutput } from '../docs/shown-output.ts'
import { allNaughtyStrings } from '../support/naughty-strings.ts'

const level = pgEnum('level', ['low', 'high'])
const Shop = model('shops', {
  id: id(),
  name: z.string().max(10),
  door: field(z.string(), { hidden: true }),
  userId: owner(),
})
const Item = model('items', {
  id: id(),
  name: z.string(),
  shopId: references(() => Shop),
  userId: owner(),
})
const Odd = pgTable('odd "table"', {
  key: integer('the "key"').primaryKey(),
  text: text('naïve; drop table shops'),
  level: level(),
  facts: jsonb(),
  list: text().array(),
  at: timestamp({ withTimezone: true, precision: 3 }),
  short: varchar({ length: 3 }),
  twice: integer().generatedAlwaysAs(sql`"the ""key""" * 2`),
})
const Keyless = pgTable('keyless', { note: text() })
const Account = pgTable('account', {
  id: text().primaryKey(),
  password: text(),
  refreshToken: text('refreshToken'),
})
const models = { level, Shop, Item, Odd, Keyless, Account }

let db: Database
let service: DevService
const shop = '00000000-0000-7000-8000-000000000001'
beforeAll(async () => {
  db = await testDatabase({ models: { Shop, Item, Keyless, Account } })
  // Migrations refuse such names, and a database that exists may have them.
  await db.execute(sql`create type level as enum ('low', 'high')`)
  await db.execute(sql`create table "odd ""table""" ("the ""key""" int primary key,
    "naïve; drop table shops" text, level level, facts jsonb, list text[], at timestamptz(3),
    short varchar(3), twice int generated always as ("the ""key""" * 2) stored)`)
  service = {
    api: app({ title: 'Shop', routes: {} }),
    db,
    env: undefined,
    root: '/',
    paths: { api: '', models: '', migrations: '' },
    models: () => Promise.resolve(models),
    auth: () => Promise.resolve(undefined),
  }
})
afterAll(() => db.close())
beforeEach(async () => {
  await db.execute(sql`truncate "odd ""table""", keyless, account, items, shops`)
  await db.insert(Shop).values({ id: shop, name: 'Corner', door: 'swordfish', userId: 'ann' })
  await db.insert(Account).values({ id: 'a', password: 'pbkdf2-of-ann', refreshToken: 'refresh-9' })
  await db.execute(sql`insert into keyless select 'note ' || n from generate_series(1, 60) n`)
})

const rowsOf = (table: string, query = '') => readRows(service, table, new URLSearchParams(query))
const odd = 'odd "table"'

/** Plans a change and runs it, as the page does. */
async function change(table: string, wanted: RowChange): Promise<void> {
  const { confirm } = await planChange(service, table, wanted)
  await runChange(service, table, { change: wanted, confirm })
}
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error: Error & { status?: number }) => `${error.status} ${error.message}`,
  )

describe('the tables of the development page', () => {
  it('are those of the database with their references, and with rows counted up to a bound', async () => {
    expect(await readSummaries(service)).toEqual([
      { id: 'account', columns: 3, rows: 1 },
      { id: 'items', columns: 4, rows: 0 },
      { id: 'keyless', columns: 1, rows: 60 },
      { id: odd, columns: 8, rows: 0 },
      { id: 'shops', columns: 4, rows: 1 },
    ])
    const columns = [
      { own: 'shop_id', target: 'id' },
      { own: 'user_id', target: 'user_id' },
    ]
    expect((await readTable(service, 'items')).references).toEqual([{ table: 'shops', columns }])
    expect((await readTable(service, 'shops')).referredBy).toEqual([
      { table: 'items', columns: columns.map(({ own, target }) => ({ own: target, target: own })) },
    ])
  })

  it('mask hidden fields, passwords and tokens, which can be neither filtered, sorted, nor written', async () => {
    const pages = [await rowsOf('shops'), await rowsOf('account')]
    expect(JSON.stringify(pages)).not.toMatch(/swordfish|pbkdf2|refresh-9/)
    expect(pages[1]?.rows).toEqual([
      { key: { id: 'a' }, cells: ['a', { masked: true }, { masked: true }] },
    ])
    for (const query of ['filter=password:contains:p', 'sort=password', 'sort=-refreshToken'])
      expect(await refusal(rowsOf('account', query)), query).toMatch(/^422 .*is masked/)
    const set = { id: 'b', password: 'x' }
    expect(await refusal(planChange(service, 'account', { kind: 'insert', set }))).toMatch(/masked/)
  })

  it('are read in pages, filtered and sorted by the database', async () => {
    const first = await rowsOf('keyless')
    expect([first.rows.length, first.hasMore]).toEqual([50, true])
    const second = await rowsOf('keyless', 'offset=50')
    expect([second.rows.length, second.hasMore]).toEqual([10, false])
    const found = await rowsOf('keyless', 'filter=note:contains:TE 5&sort=-note')
    expect(found.rows.map(({ cells }) => cells[0]).slice(0, 3)).toEqual([
      'note 59',
      'note 58',
      'note 57',
    ])
    expect((await rowsOf('keyless', 'filter=note:null:')).rows).toEqual([])
    for (const [query, words] of [
      ['filter=nope:eq:1', 'has no column "nope"'],
      ['filter=note:drop:1', 'There is no operator "drop"'],
      ['offset=-1', 'whole number'],
      ['offset=9999999', 'whole number'],
      [Array.from({ length: 11 }, () => 'filter=note:eq:1').join('&'), 'At most 10'],
    ] as const)
      expect(await refusal(rowsOf('keyless', query)), query).toContain(words)
    expect(await refusal(rowsOf('shops', 'filter=id:eq:1'))).toMatch(
      /^409 invalid input syntax.*22P02/,
    )
    expect(await refusal(rowsOf('pg_class'))).toMatch(/^404/)
  })

  it('take every value and name as data, never as SQL', async () => {
    const texts = allNaughtyStrings.filter((each) => !each.includes('\0') && each.isWellFormed())
    const column = 'naïve; drop table shops'
    await db.insert(Odd).values(texts.slice(0, 200).map((each, key) => ({ key, text: each })))
    for (const [at, each] of texts.slice(0, 200).entries()) {
      if (at % 25 !== 0) continue
      const filter = `${encodeURIComponent(column)}:eq:${each}`
      const { rows } = await readRows(service, odd, new URLSearchParams([['filter', filter]]))
      expect(rows.map(({ key }) => key['the "key"'])).toContain(String(at))
    }
    expect((await rowsOf('shops')).rows).toHaveLength(1)
  })
})

describe('a change of a row', () => {
  const key = { 'the "key"': '1' }
  const column = 'naïve; drop table shops'

  it('writes every type, after its statement was confirmed', async () => {
    const set = {
      'the "key"': '1',
      [column]: `it's`,
      level: 'high',
      facts: '{"a": [1, null]}',
      list: '{"a b",NULL}',
      at: '2026-02-03 04:05:06.789+00',
      short: 'abc',
    }
    const plan = await planChange(service, odd, { kind: 'insert', set })
    expect(plan.statement).toContain('insert into "public"."odd ""table"""')
    expect(plan.params).toEqual(Object.values(set))
    expect((await rowsOf(odd)).rows).toEqual([])
    await change(odd, { kind: 'insert', set })
    const [row] = await db.select().from(Odd)
    expect(row).toEqual({
      key: 1,
      text: `it's`,
      level: 'high',
      facts: { a: [1, null] },
      list: ['a b', null],
      at: new Date('2026-02-03T04:05:06.789Z'),
      short: 'abc',
      twice: 2,
    })
    await change(odd, {
      kind: 'update',
      key,
      set: { facts: null },
      was: { facts: '{"a": [1, null]}' },
    })
    const table = await readTable(service, odd)
    const read = await boundedTransaction(db, 'read only', (run) => readRow(table, key, run))
    expect(read.cells[3]).toBeNull()
    await change(odd, { kind: 'delete', key })
    expect((await rowsOf(odd)).rows).toEqual([])
  })

  it('has the statement that docs/development-page.md shows', async () => {
    const set = { name: 'new' }
    const wanted = { kind: 'update', key: { id: shop }, set, was: { name: 'old' } } as const
    const { statement } = await planChange(service, 'shops', wanted)
    expect(statement.replace('"shops"', '"tasks"').replaceAll('"name"', '"title"')).toBe(
      shownOutput('docs/development-page.md', 'is not distinct from'),
    )
  })

  it('is refused in a sentence if the database refuses it, and then changes nothing', async () => {
    await change(odd, { kind: 'insert', set: { 'the "key"': '1', short: 'abc' } })
    const update = (set: Record<string, string | null>, was: Record<string, string | null>) =>
      refusal(change(odd, { kind: 'update', key, set, was }))
    // a cast would cut it in silence
    expect(await update({ short: 'abcd' }, { short: 'abc' })).toMatch(/^409 value too long/)
    expect(await update({ level: 'none' }, { level: null })).toMatch(
      /^409 invalid input value for enum/,
    )
    expect(await update({ twice: '4' }, { twice: '2' })).toMatch(/^422 .*generates it/)
    expect(await update({}, {})).toMatch(/^422 Nothing was changed/)
    expect(await update({ nope: '1' }, {})).toMatch(/^422 .*no column "nope"/)
    const wrong = { kind: 'insert', set: { name: 'x' }, more: 1 } as unknown as RowChange
    expect(await refusal(change('shops', wrong))).toMatch(/^422 The change is not valid/)
    expect(await refusal(change('keyless', { kind: 'delete', key: {} }))).toMatch(/no primary key/)
    const removal = { kind: 'delete', key: { id: shop } } as const
    await db.insert(Item).values({ name: 'Milk', shopId: shop, userId: 'ann' })
    expect(await refusal(change('shops', removal))).toMatch(/^409 .*foreign key.*items/)
    expect(await db.select({ key: Odd.key, short: Odd.short }).from(Odd)).toEqual([
      { key: 1, short: 'abc' },
    ])
  })

  it('is refused if the row changed after it was shown, or if another statement was confirmed', async () => {
    await change(odd, { kind: 'insert', set: { 'the "key"': '1', short: 'abc' } })
    const stale = { kind: 'update', key, set: { short: 'x' }, was: { short: 'old' } } as const
    expect(await refusal(change(odd, stale))).toMatch(
      /^409 The row was changed or deleted meanwhile/,
    )
    const shown = await planChange(service, odd, { ...stale, was: { short: 'abc' } })
    const other = { kind: 'delete', key } as const
    expect(
      await refusal(runChange(service, odd, { change: other, confirm: shown.confirm })),
    ).toMatch(/^422 This is not the statement that was confirmed/)
    expect(await refusal(runChange(service, odd, { change: other }))).toMatch(/^422/)
    expect(await db.select({ short: Odd.short }).from(Odd)).toEqual([{ short: 'abc' }])
  })

  it('is rolled back with its transaction if it would change anything but one row', async () => {
    const gone = { kind: 'delete', key: { 'the "key"': '999' } } as const
    expect(await refusal(change(odd, gone))).toMatch(/^409 .*Nothing was written/)
  })
})
