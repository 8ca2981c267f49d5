import { describe, expect, it } from 'vitest'
import { readMigration } from '../files.ts'
import { isRule, migrationRules } from './rules.ts'
import { refusedChanges, unsafeChanges } from './safety.ts'

const types: Readonly<Record<string, string>> = {
  'tasks.title': 'character varying(100)',
  'tasks.count': 'integer',
  'tasks.price': 'numeric(10,2)',
  'tasks.due': 'timestamp(3) with time zone',
  'tasks.note': 'text',
}
const known = () => ({
  created: new Set<string>(),
  typeOf: (table: string, column: string) => types[`${table}.${column}`],
})
const rulesOf = (text: string): string[] =>
  unsafeChanges(readMigration('1', '1', text), known()).map(({ rule }) => rule)

it.each([
  ['add column a timestamptz not null', 'tasks.a', 'now()'],
  ['add column a numeric(10, 2) not null', 'tasks.a', '0'],
  ['add column a interval not null', 'tasks.a', "'0'"],
  ['add column a boolean not null', 'tasks.a', 'false'],
  ['add column a varchar(20) not null', 'tasks.a', "'value'"],
  ['add column a text[] not null', 'tasks.a', "'{}'"],
  ['alter column due set not null', 'tasks.due', 'now()'],
  ['alter column count set not null', 'tasks.count', '0'],
])('the recipe for %s has a --backfill of its type', (change, column, value) => {
  const [found] = unsafeChanges(readMigration('1', '1', `alter table tasks ${change}`), known())
  expect(found?.recipe).toContain(`--backfill ${column}="${value}"`)
})

const unsafe: readonly (readonly [text: string, rule: string])[] = [
  ['drop table tasks', 'drop-table'],
  ['DROP TABLE IF EXISTS "public"."tasks" CASCADE;', 'drop-table'],
  ['drop /* a /* nested */ comment */ table tasks', 'drop-table'],
  ['-- harmless\n drop table -- really\n tasks', 'drop-table'],
  ['alter table tasks drop column title', 'drop-column'],
  ['alter table only "tasks" drop "title"', 'drop-column'],
  ['alter table tasks add column a int, drop column if exists title', 'drop-column'],
  ['drop schema app cascade', 'drop-schema'],
  ['truncate tasks', 'truncate'],
  ['delete from tasks', 'delete-all'],
  ["update tasks set note = 'where'", 'delete-all'],
  ['with old as (select 1) delete from tasks', 'delete-all'],
  ['drop type state', 'drop-type'],
  ["drop type state; create type state as enum ('a')", 'drop-enum-value'],
  ['alter table tasks alter title type varchar(50)', 'narrow-type'],
  [
    'alter table tasks alter column count set data type smallint using count::smallint',
    'narrow-type',
  ],
  ['alter table tasks alter column note type jsonb using note::jsonb', 'narrow-type'],
  ['alter table tasks alter column price type numeric(8, 2)', 'narrow-type'],
  ['alter table tasks alter column unknown type text', 'narrow-type'],
  ['alter table tasks alter column count type bigint', 'change-type'],
  ['alter table tasks add column a text not null', 'add-required-column'],
  ['alter table tasks alter column note set not null', 'set-not-null'],
  ['alter table tasks add column a uuid default gen_random_uuid()', 'volatile-default'],
  ['alter table tasks add column a timestamptz default clock_timestamp()', 'volatile-default'],
  ['alter table tasks add column a bigserial', 'volatile-default'],
  ['alter table tasks add column a int generated always as identity', 'volatile-default'],
  ['alter table tasks add column a int generated always as (count * 2) stored', 'generated-column'],
  ['create index on tasks (title)', 'add-index'],
  ['create unique index a on tasks (title)', 'add-index'],
  ['alter table tasks add constraint a unique (title)', 'add-unique'],
  ['alter table tasks add unique (title)', 'add-unique'],
  ['alter table tasks add column a int unique', 'add-unique'],
  ['alter table tasks add primary key (id)', 'add-primary-key'],
  ['alter table tasks add constraint a exclude using gist (during with &&)', 'add-exclusion'],
  ['alter table tasks add constraint a foreign key (b) references c (d)', 'add-foreign-key'],
  ['alter table tasks add column a int references c (d)', 'add-foreign-key'],
  ['alter table tasks add constraint a check (count > 0)', 'add-check'],
  ['alter table tasks drop constraint a, add constraint a check (count > 1)', 'add-check'],
  [
    'alter table tasks add constraint a check (count > 0) not valid; alter table tasks validate constraint a',
    'validate-at-once',
  ],
  ['alter table tasks rename column title to heading', 'rename-column'],
  ['alter table tasks rename title to heading', 'rename-column'],
  ['alter table tasks rename to todos', 'rename-table'],
  ['alter table tasks set schema app', 'rename-table'],
  ['alter table tasks enable row level security', 'enable-rls'],
  ['alter table tasks disable row level security', 'disable-rls'],
  ['lock table tasks', 'exclusive-lock'],
  ['vacuum full tasks', 'exclusive-lock'],
  ['reindex table tasks', 'exclusive-lock'],
  ['refresh materialized view totals', 'exclusive-lock'],
  ['do $$ begin drop table tasks; end $$', 'unread-block'],
  ['begin; alter table tasks add column a int; commit', 'transaction-control'],
]

describe('a migration is unsafe if it', () => {
  it.each(unsafe)('contains %s', (text, rule) => {
    expect(rulesOf(text)).toContain(rule)
  })

  it('breaks a rule, and every rule is covered above', () => {
    expect(new Set(unsafe.map(([, rule]) => rule))).toEqual(new Set(Object.keys(migrationRules)))
    expect([isRule('drop-table'), isRule('toString')]).toEqual([true, false])
  })
})

describe('a migration is safe if it', () => {
  it.each([
    'alter table tasks add column a text',
    "alter table tasks add column a text default 'x' not null",
    'alter table tasks add column a timestamptz default now() not null',
    'alter table tasks alter column title type varchar(200)',
    'alter table tasks alter column title type text',
    'alter table tasks alter column price type numeric(12, 2)',
    'alter table tasks alter column due type timestamptz',
    'alter table tasks alter column note drop not null, alter column note drop default',
    'create index concurrently on tasks (title)',
    'drop index concurrently if exists a',
    'alter table tasks add constraint a unique using index b',
    'alter table tasks add constraint a check (count > 0) not valid',
    'alter table tasks add constraint a foreign key (b) references c (d) not valid',
    'alter table tasks drop constraint a',
    'alter table tasks rename constraint a to b',
    "alter type state add value 'x'",
    "update tasks set note = 'x' where note is null",
    "insert into tasks (title) values ('drop table tasks; delete from tasks')",
    'comment on table tasks is $x$ drop table tasks $x$',
    'create table a (id int primary key); create index on a (id); alter table a add unique (id); drop table a',
    'create function f() returns int begin atomic select 1; select case when true then 2 end; end; select f()',
  ])('contains %s', (text) => {
    expect(rulesOf(text)).toEqual([])
  })

  it('recreates a generated column, which loses nothing', () => {
    const drop = 'alter table tasks drop column total;'
    const add = 'alter table tasks add column total int generated always as (count * 2) stored;'
    expect(rulesOf(drop + add)).toEqual(['generated-column'])
  })

  it('makes a column NOT NULL after a separately validated CHECK', () => {
    const add = 'alter table tasks add constraint a check (note is not null) not valid;'
    const validate = 'alter table tasks validate constraint a;'
    const set = 'alter table tasks alter column note set not null;'
    const between = '\n--> statement-breakpoint\n'
    expect(rulesOf([add, `-- plinth:alone\n${validate}`, set].join(between))).toEqual([])
    expect(rulesOf([add, set].join(between))).toEqual(['set-not-null'])
    expect(rulesOf([add, validate, set].join(between))).toEqual(['validate-at-once'])
  })
})

describe('a refusal', () => {
  const migration = readMigration(
    '1',
    '1',
    '-- plinth:allow drop-column, add-index\nalter table tasks drop column title; drop table a; create index on tasks (note)',
  )
  const changes = unsafeChanges(migration, known())

  it('covers changes that neither the file nor the caller allows', () => {
    const refused = (allow?: string[]) =>
      refusedChanges(changes, migration, allow).map(({ rule }) => rule)
    expect(refused()).toEqual(['drop-table'])
    expect(refused(['drop-table'])).toEqual([])
    expect(refused(['all'])).toEqual([])
  })

  it('explains the effect, the reason, and the safe way', () => {
    expect(changes[1]).toEqual({
      rule: 'drop-table',
      danger: 'data',
      does: 'drops the table a',
      why: migrationRules['drop-table'].why,
      recipe: migrationRules['drop-table'].recipe,
      statement: 'drop table a',
    })
  })
})
