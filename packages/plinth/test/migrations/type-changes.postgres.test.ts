// Columns that change their type, in tables with rows.
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  type PgColumnBuilder,
  pgPolicy,
  pgTable,
  pgView,
  real,
  smallint,
  text,
  time,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Database, id, model } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { walkModels } from '../support/migrations/walk-models.ts'

let db: Database
beforeEach(async () => {
  db = await testDatabase({ models: {} })
})
afterEach(() => db?.close())
const rowsOf = async (query: string) => (await db.execute(query)).rows

type Values = [string, ...string[]]

/** Two tables with an enum in columns, lists, defaults, checks, indexes, policies, and a view. */
function withEnum(values: Values, fallback?: string, more = {}) {
  const level = pgEnum('level', values)
  const column = level('level').notNull()
  const alarms = pgTable(
    'alarms',
    {
      id: integer('id').primaryKey(),
      level: fallback === undefined ? column : column.default(fallback),
      seen: level('seen')
        .array()
        .default(sql`'{high}'`),
      isHigh: boolean('is_high').generatedAlwaysAs(sql`level = 'high'`),
      ...more,
    },
    (table) => [
      check('alarms_level', sql`${table.level} >= 'high' or ${table.level} < 'high'`),
      index('alarms_part')
        .on(table.id)
        .where(sql`level = 'high'`),
      uniqueIndex('alarms_unique').on(table.id, table.level),
      index('alarms_is_high').on(table.isHigh),
      index('alarms_seen').using('gin', table.seen),
      pgPolicy('alarms_high', { using: sql`level = 'high'`, withCheck: sql`true` }),
    ],
  )
  const rules = pgTable('rules', {
    id: integer('id').primaryKey(),
    level: level('level').default('high'),
    text: text('text').default(sql`('high'::level)::text`),
  })
  const levels = pgView('levels').as((query) => query.select({ level: alarms.level }).from(alarms))
  return { level, alarms, rules, levels }
}
const alarmRows = `insert into alarms (id, level) values (1, 'high'), (2, 'high'); insert into rules (id) values (1)`
const dropValue = ['drop-enum-value']

describe('an enum', () => {
  it.each<[string, Values, string | undefined, Values, string | undefined]>([
    ['loses a value', ['low', 'high', 'mid'], undefined, ['high', 'mid'], undefined],
    ['keeps its default', ['low', 'high', 'mid'], 'high', ['high', 'mid'], 'high'],
    ['loses its default', ['low', 'high', 'mid'], 'low', ['high', 'mid'], undefined],
    ['gets another order', ['low', 'high', 'mid'], 'low', ['mid', 'high', 'low'], 'low'],
    ['loses one and gains one', ['low', 'high', 'mid'], 'low', ['high', 'mid', 'new'], 'new'],
  ])('that %s is recreated with all that uses it', async (_, values, fallback, others, next) => {
    await walkModels(db, [
      { models: withEnum(values, fallback), rows: alarmRows },
      { models: withEnum(others, next), allow: dropValue },
    ])
    expect(await rowsOf('select level, is_high, seen::text from alarms')).toEqual([
      { level: 'high', is_high: true, seen: '{high}' },
      { level: 'high', is_high: true, seen: '{high}' },
    ])
    expect(await rowsOf('select level, text from rules')).toEqual([{ level: 'high', text: 'high' }])
  })

  it('that is recreated may be used by new tables and columns, and by those that go', async () => {
    const values: Values = ['low', 'high', 'mid']
    const made = (level: ReturnType<typeof pgEnum>, name: string) =>
      pgTable(name, { id: integer('id').primaryKey(), level: level('level').default('high') })
    const first = withEnum(values, 'high', { old: pgEnum('level', values)('old') })
    const next = withEnum(['high', 'mid'], 'high')
    await walkModels(db, [
      { models: { ...first, gone: made(first.level, 'gone') }, rows: alarmRows },
      {
        models: { ...next, fresh: made(next.level, 'fresh') },
        allow: [...dropValue, 'drop-table', 'drop-column'],
      },
    ])
    expect(await rowsOf('insert into fresh (id) values (1) returning level')).toEqual([
      { level: 'high' },
    ])
  })

  it('gives the rows of a removed value another one with --backfill', async () => {
    await walkModels(db, [
      { models: withEnum(['low', 'high'], 'low'), rows: 'insert into alarms (id) values (1)' },
      {
        models: withEnum(['high'], 'high'),
        allow: dropValue,
        backfill: ["alarms.level=case level::text when 'low' then 'high' else level::text end"],
      },
    ])
    expect(await rowsOf('select level from alarms')).toEqual([{ level: 'high' }])
  })

  it('renames a value in place with --rename', async () => {
    const [, sql] = await walkModels(db, [
      { models: withEnum(['low', 'high'], 'low'), rows: 'insert into alarms (id) values (1)' },
      { models: withEnum(['minor', 'high'], 'minor'), rename: ['level.low:level.minor'] },
    ])
    expect(sql).toBe(`ALTER TYPE "level" RENAME VALUE 'low' TO 'minor';\n`)
    expect(await rowsOf('select level from alarms')).toEqual([{ level: 'minor' }])
  })

  it('becomes text, and its type goes', async () => {
    const plain = pgTable('rules', {
      id: integer('id').primaryKey(),
      level: text('level').notNull().default('high'),
    })
    const level = pgEnum('level', ['low', 'high'])
    const rules = pgTable('rules', {
      id: integer('id').primaryKey(),
      level: level('level').notNull().default('high'),
    })
    const rows = 'insert into rules (id) values (1)'
    await walkModels(db, [
      { models: { level, rules }, rows },
      { models: { plain }, allow: ['change-type', 'drop-type'] },
      { models: { level, rules }, allow: ['narrow-type'] },
    ])
    expect(await rowsOf('select level from rules')).toEqual([{ level: 'high' }])
  })
})

const level = pgEnum('level', ['low', 'high'])
const rank = pgEnum('rank', ['low', 'high'])
const aUuid = '0190b0b0-0000-7000-8000-000000000001'
/** The types, each with a default and a value that is in a row. */
const kinds: Readonly<
  Record<string, readonly [(name: string) => PgColumnBuilder, string, string]>
> = {
  text: [(name) => text(name).default('x'), '1', '1'],
  varchar: [(name) => varchar(name, { length: 60 }).default('x'), '1', '1'],
  boolean: [(name) => boolean(name).default(true), 'true', 'true'],
  integer: [(name) => integer(name).default(5), '1', '1'],
  bigint: [(name) => bigint(name, { mode: 'bigint' }).default(5n), '1', '1'],
  smallint: [(name) => smallint(name).default(5), '1', '1'],
  numeric: [(name) => numeric(name, { precision: 9, scale: 2 }).default('1.5'), '1', '1'],
  double: [(name) => doublePrecision(name).default(1.5), '1', '1'],
  real: [(name) => real(name).default(1.5), '1', '1'],
  jsonb: [(name) => jsonb(name).default(['a']), '1', '[1]'],
  json: [(name) => json(name).default({ a: "it's" }), '1', '[1]'],
  uuid: [(name) => uuid(name).defaultRandom(), aUuid, aUuid],
  instant: [
    (name) => timestamp(name, { withTimezone: true }).defaultNow(),
    '2020-01-01',
    '2020-01-01',
  ],
  local: [(name) => timestamp(name).defaultNow(), '2020-01-01', '2020-01-01'],
  date: [(name) => date(name).defaultNow(), '2020-01-01', '2020-01-01'],
  time: [(name) => time(name).defaultNow(), '10:00', '10:00'],
  interval: [(name) => interval(name).default('1 day'), '1 day', '1 day'],
  level: [(name) => level(name).default('low'), 'high', 'high'],
  rank: [(name) => rank(name).default('high'), 'low', 'low'],
  'text[]': [(name) => text(name).array().default(['a']), '{1}', '1'],
  'integer[]': [(name) => integer(name).array().default([1]), '{1}', '1'],
}
const names = Object.keys(kinds)
const numbers = ['integer', 'bigint', 'smallint', 'numeric', 'double', 'real']
const moments = ['instant', 'local', 'date', 'time', 'interval']
const enums = ['level', 'rank']
/** The changes that have no meaning, such as a date to a number. */
const impossible: readonly (readonly [from: readonly string[], to: readonly string[]])[] = [
  [numbers, [...moments, 'uuid', ...enums]],
  [['boolean'], [...moments, 'uuid', ...enums]],
  [
    [...moments, 'uuid'],
    [...numbers, 'boolean', ...enums, 'integer[]'],
  ],
  [['uuid'], moments],
  [moments, ['uuid']],
  [['date'], ['time', 'interval']],
  [['instant', 'local'], ['interval']],
  [
    ['time', 'interval'],
    ['date', 'instant', 'local'],
  ],
  [['jsonb', 'json'], enums],
  [['text[]', 'integer[]'], names.filter((name) => !/text|varchar|json|\[\]/.test(name))],
  [enums, [...numbers, 'boolean', ...moments, 'uuid', 'integer[]']],
]
const isPossible = (from: string, to: string): boolean =>
  from !== to && !impossible.some(([sources, tos]) => sources.includes(from) && tos.includes(to))

describe('every change to a type that Postgres can convert to, with defaults and rows', () => {
  it.each(names)('from %s', async (from) => {
    const others = names.filter((to) => isPossible(from, to))
    const table = (typeOf: (name: string) => string) =>
      pgTable('changes', {
        id: integer('id').primaryKey(),
        ...Object.fromEntries(
          others.map((name) => [name, (kinds[typeOf(name)] ?? never())[0](`to_${name}`)]),
        ),
      })
    const isText = from === 'text' || from === 'varchar'
    const valueFor = (to: string): string => {
      if (/^jsonb?$/.test(from)) return JSON.stringify(kinds[to]?.[2].replace('[1]', '1'))
      return isText ? (kinds[to]?.[2] ?? '') : (kinds[from]?.[1] ?? '')
    }
    const rows = `insert into changes values (1, ${others.map((to) => `'${valueFor(to)}'`).join(', ')})`
    await walkModels(db, [
      { models: { level, rank, changes: table(() => from) }, rows },
      {
        models: { level, rank, changes: table((to) => to) },
        allow: ['narrow-type', 'change-type'],
      },
    ])
    const [row] = await rowsOf('select * from changes')
    expect(Object.values(row ?? {}).filter((value) => value === null)).toEqual([])
  })

  it('is refused if there is no conversion, and runs with --backfill', async () => {
    const events = (at: PgColumnBuilder) => ({
      events: pgTable('events', { id: integer('id').primaryKey(), at }),
    })
    const before = {
      models: events(timestamp('at', { withTimezone: true }).defaultNow()),
      rows: `insert into events values (1, '1970-01-02T00:00:00Z')`,
    }
    const allow = ['narrow-type']
    const after = { models: events(integer('at').default(0)), allow }
    await expect(walkModels(db, [before, after])).rejects.toMatchObject({
      code: 'PLINTH_COMMAND_REFUSED',
      message: expect.stringContaining('--backfill "events.at=…"'),
    })
    await db.execute(
      'drop schema public cascade; drop schema drizzle cascade; create schema public',
    )
    await walkModels(db, [before, { ...after, backfill: ['events.at=extract(epoch from at)'] }])
    expect(await rowsOf('select at from events')).toEqual([{ at: 86_400 }])
  })
})

const never = (): never => {
  throw new Error('no such type')
}

describe('a column that changes its type', () => {
  it('takes its references, checks, indexes, policies and computed columns along', async () => {
    const accounts = (of: (name: string) => PgColumnBuilder) => {
      const account = pgTable(
        'accounts',
        {
          id: of('id').primaryKey(),
          name: varchar('name', { length: 20 }).notNull(),
          search: text('search')
            .notNull()
            .generatedAlwaysAs(sql`lower(name)`),
        },
        (table) => [
          unique('accounts_search').on(table.search),
          check('accounts_name', sql`length(${table.name}) < 20`),
          pgPolicy('accounts_all', { using: sql`name <> ''` }),
        ],
      )
      const entry = pgTable(
        'entries',
        { id: integer('id').primaryKey(), account: of('account').notNull() },
        (table) => [
          foreignKey({
            columns: [table.account],
            foreignColumns: [account.id],
            name: 'entries_of',
          }),
          index('entries_account').on(table.account),
        ],
      )
      return { account, entry }
    }
    const rows = `insert into accounts (id, name) values ('${aUuid}', 'Ann'); insert into entries values (1, '${aUuid}')`
    const longer = accounts((name) => uuid(name))
    const [, changed = ''] = await walkModels(db, [
      { models: accounts((name) => text(name)), rows },
      { models: longer, allow: ['narrow-type'] },
    ])
    expect(changed).toContain('NOT VALID')
    await expect(
      db.execute(`insert into entries values (2, '${crypto.randomUUID()}')`),
    ).rejects.toThrow()
    expect(await rowsOf('select search from accounts')).toEqual([{ search: 'ann' }])
  })

  it('keeps working when a computed column depends on a text that gets longer', async () => {
    const pages = (length: number) => ({
      pages: pgTable(
        'pages',
        {
          id: integer('id').primaryKey(),
          title: varchar('title', { length }).notNull().default('a'),
          search: text('search').generatedAlwaysAs(sql`lower(title)`),
        },
        (table) => [
          index('pages_search').on(table.search),
          pgPolicy('pages_titled', { using: sql`title <> ''` }),
        ],
      ),
    })
    await walkModels(db, [
      { models: pages(20), rows: 'insert into pages (id) values (1)' },
      { models: pages(50), allow: ['generated-column'] },
    ])
    expect(await rowsOf('select search from pages')).toEqual([{ search: 'a' }])
  })

  it.each([
    [z.string().default('x'), z.boolean().default(true), 'true'],
    [z.string().default('[]'), z.array(z.string()).default([]), '["a"]'],
  ])('runs for a field of a model with a default', async (before, after, value) => {
    const one = (v: z.ZodType) => ({ P: model('ps', { id: id(), v }) })
    await walkModels(db, [
      { models: one(before), rows: `insert into ps (v) values ('${value}')` },
      { models: one(after), allow: ['change-type', 'narrow-type'] },
    ])
    expect(await rowsOf('select v from ps')).toEqual([{ v: JSON.parse(value) as unknown }])
  })
})
