// `db check` ignores what Postgres only prints in another way, and finds what was changed by hand.
import { sql } from 'drizzle-orm'
import {
  bigserial,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  interval,
  jsonb,
  numeric,
  pgEnum,
  pgMaterializedView,
  pgPolicy,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  serial,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Database, field, fromTable, id, model } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { findDrift } from '../../src/migrations/generate/find-drift.ts'
import { generateMigration } from '../../src/migrations/generate/generate-migration.ts'
import { migrate } from '../../src/migrations/migrate.ts'
import { walkModels } from '../support/migrations/walk-models.ts'

const state = pgEnum('state', ['open', 'done'])
const billing = pgSchema('billing')
const kind = billing.enum('kind', ['cash', 'card'])
const counter = pgSequence('counter', { startWith: 100, increment: 10 })

const users = pgTable('users', { id: uuid('id').primaryKey().defaultRandom(), name: text('name') })
const defaults = pgTable('defaults', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  utc: timestamp('utc', { withTimezone: true }).default(sql`timezone('utc', now())`),
  number: smallint('number').default(sql`'0'`),
  sum: integer('sum').default(sql`(1+1)`),
  cast: text('cast').default(sql`('a'::varchar)::text`),
  json: jsonb('json').default(sql`'{}'`),
  object: jsonb('object').default(sql`jsonb_build_object('a', 1)`),
  list: text('list')
    .array()
    .default(sql`array[]::text[]`),
  texts: text('texts')
    .array()
    .default(sql`'{}'`),
  span: interval('span').default(sql`interval '1 hour'`),
  later: timestamp('later').default(sql`now() + interval '7 days'`),
  at: timestamp('at').default(sql`CURRENT_TIMESTAMP`),
  key: uuid('key').default(sql`gen_random_uuid()`),
  hex: text('hex').default(sql`encode(sha256('a'::bytea),'hex')`),
  state: state('state').default(sql`'open'::state`),
  price: numeric('price', { precision: 10, scale: 2 }).default(sql`0`),
  upper: text('upper').default(sql`UPPER('x')`),
  flag: boolean('flag').default(sql`1 = 1`),
  next: integer('next').default(sql`nextval('counter')`),
  code: varchar('code', { length: 8 }).default(sql`substr(md5(random()::text), 1, 8)`),
})
const notes = pgTable(
  'notes',
  {
    id: integer('id').generatedAlwaysAsIdentity({ startWith: 5 }),
    number: serial('number'),
    userId: uuid('user_id'),
    title: text('title').notNull(),
    amount: integer('amount').notNull().default(0),
    state: state('state'),
    deletedAt: timestamp('deleted_at'),
    double: integer('double').generatedAlwaysAs(sql`amount*2`),
    search: text('search').generatedAlwaysAs(sql`coalesce(title,'')||' '||amount`),
  },
  (table) => [
    primaryKey({ columns: [table.id] }),
    unique('notes_id_unique').on(table.id),
    unique('notes_number').on(table.number).nullsNotDistinct(),
    foreignKey({ columns: [table.userId], foreignColumns: [users.id], name: 'notes_of' }).onDelete(
      'set null',
    ),
    check('notes_amount', sql`amount>=0 and amount between 0 and 100`),
    check('notes_title', sql`title in ('a', 'b') or title like 'x%'`),
    check('notes_state', sql`${table.state} <> 'open'`),
    index('notes_live')
      .on(table.title)
      .where(sql`deleted_at is null and amount>0`),
    uniqueIndex('notes_lower').on(sql`lower(title)`),
    index('notes_order').on(table.amount.desc().nullsLast(), table.title),
    index('notes_words').using('gin', sql`to_tsvector('english', title)`),
    pgPolicy('notes_own', {
      for: 'select',
      to: 'public',
      using: sql`user_id = (select current_setting('app.user', true))::uuid`,
    }),
    pgPolicy('notes_users', { using: sql`exists (select 1 from users where users.id = user_id)` }),
  ],
)
const invoices = billing.table(
  'invoices',
  {
    tenant: uuid('tenant').notNull(),
    number: integer('number').notNull(),
    kind: kind('kind').notNull().default('cash'),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    parent: integer('parent'),
  },
  (table) => [
    primaryKey({ columns: [table.tenant, table.number] }),
    unique('invoices_same').on(table.tenant, table.number),
    unique('invoices_other').on(table.number, table.tenant),
    foreignKey({
      columns: [table.tenant, table.parent],
      foreignColumns: [table.tenant, table.number],
    }),
    index().on(table.kind),
  ],
)
const titles = pgView('titles').as((query) => query.select({ title: notes.title }).from(notes))
const totals = pgMaterializedView('totals', { total: integer('total') }).as(
  sql`select sum(amount)::int total from notes`,
)
const TagOf = model(
  'tag_of',
  { doc: field(z.uuid(), { primaryKey: true }), tag: field(z.uuid(), { primaryKey: true }) },
  (table) => [unique('tag_of_doc_tag_unique').on(table.doc, table.tag)],
)
const Item = model('items', {
  id: id(),
  title: z.string().min(1).max(80),
  level: z.enum(['low', "it's"]).default('low'),
  tags: z.array(z.string()).default([]),
  meta: z.object({ a: z.number() }).default({ a: 1 }),
})
const Saved = fromTable(
  pgTable('saved', { id: integer('id').primaryKey(), at: timestamp('at').default(sql`now()`) }),
)
const models = {
  state,
  billing,
  kind,
  counter,
  users,
  defaults,
  notes,
  invoices,
  titles,
  totals,
  TagOf,
  Item,
  Saved,
}

const folder = mkdtempSync(join(tmpdir(), 'plinth-drift-'))
let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: {} })
  await generateMigration({ folder, models })
  await migrate(db, { folder })
})
afterAll(() => db?.close())
const drift = () => findDrift({ models, folder, db })

describe('a database that was migrated', () => {
  it('is equal to its models, however Postgres prints what they say', async () => {
    expect(await drift()).toEqual([])
  })

  it('keeps nothing of the comparison', async () => {
    await drift()
    const { rows } = await db.execute(
      sql`select nspname from pg_namespace where nspname like 'plinth%'`,
    )
    expect(rows).toEqual([])
  })

  it('has no unique constraint that says the same as its primary key, and never drops one', async () => {
    const { TagOf: _, notes: __, ...others } = models
    const Plain = model('tag_of', {
      doc: field(z.uuid(), { primaryKey: true }),
      tag: field(z.uuid(), { primaryKey: true }),
    })
    expect(await generateMigration({ folder, models: { ...others, notes, Plain } })).toBeUndefined()
  })

  it.each([
    ['a default in SQL', `alter table defaults alter utc set default now()`],
    ['a default that is gone', `alter table defaults alter number drop default`],
    ['a default of a list', `alter table defaults alter list set default '{a}'`],
    [
      'a check',
      `alter table notes drop constraint notes_amount, add constraint notes_amount check (amount >= 0)`,
    ],
    [
      'a condition of an index',
      `drop index notes_live; create index notes_live on notes (title) where deleted_at is null`,
    ],
    [
      'the order of an index',
      `drop index notes_order; create index notes_order on notes (amount, title)`,
    ],
    [
      'an expression of an index',
      `drop index notes_lower; create unique index notes_lower on notes (upper(title))`,
    ],
    ['a policy', `alter policy notes_own on notes using (true)`],
    ['the role of a policy', `alter policy notes_own on notes to postgres`],
    [
      'a computed column',
      `alter table notes drop column double; alter table notes add double int generated always as (amount * 3) stored`,
    ],
    ['the numbers of an identity', `alter table notes alter id set increment 2`],
    ['an identity', `alter table notes alter id drop identity`],
    ['a value of an enum', `alter type state add value 'more'`],
    ['a view', `create or replace view titles as select title from notes where amount > 1`],
    ['a sequence', `alter sequence counter increment 3`],
    ['a table of a schema', `alter table billing.invoices alter kind set default 'card'`],
    ['a unique constraint', `alter table billing.invoices drop constraint invoices_other`],
    [
      'the action of a reference',
      `alter table notes drop constraint notes_of, add constraint notes_of foreign key (user_id) references users`,
    ],
  ])('differs when %s was changed by hand', async (_, statement) => {
    const own = await testDatabase({ migrations: folder })
    try {
      await own.execute(statement)
      const [found] = await findDrift({ models, folder, db: own })
      expect(found?.between).toBe('models and database')
      expect(found?.statements?.length).toBeGreaterThan(0)
    } finally {
      await own.close()
    }
  })
})

describe('a table that was renamed', () => {
  let own: Database
  beforeEach(async () => {
    own = await testDatabase({ models: {} })
  })
  afterEach(() => own?.close())

  it('is equal to its models, and a later migration finds its constraints and indexes', async () => {
    const tables = (name: string, column: string, isUnique = true) => {
      const text_ = text(column)
      const table = pgTable(
        name,
        {
          id: serial('id').primaryKey(),
          text: isUnique ? text_.unique() : text_,
          parent: integer('parent'),
        },
        (all) => [
          foreignKey({ columns: [all.parent], foreignColumns: [all.id] }),
          ...(isUnique ? [index().on(all.text)] : []),
        ],
      )
      return { table }
    }
    await walkModels(own, [
      { models: tables('tasks', 'title'), rows: `insert into tasks (title) values ('a')` },
      {
        models: tables('todos', 'heading'),
        rename: ['tasks:todos', 'todos.title:todos.heading'],
      },
      { models: tables('todos', 'heading', false) },
    ])
  })
})
