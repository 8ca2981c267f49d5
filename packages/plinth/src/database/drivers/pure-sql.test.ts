import { asc, count, eq, inArray, sql } from 'drizzle-orm'
import { integer, pgTable, QueryBuilder, text, timestamp } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { isPureSelect } from './pure-sql.ts'

const Task = pgTable('tasks', {
  id: integer().primaryKey(),
  // Names that are words of SQL, and names of functions.
  title: text('for update'),
  at: timestamp('pg_sleep(1); delete'),
})
const db = new QueryBuilder()
const textOf = (query: { toSQL(): { sql: string } }): string => query.toSQL().sql

describe('isPureSelect()', () => {
  it.each([
    [
      'a list',
      db
        .select()
        .from(Task)
        .where(inArray(Task.id, [1, 2]))
        .orderBy(asc(Task.at))
        .limit(2),
    ],
    ['a count', db.select({ n: count() }).from(Task).groupBy(Task.title)],
    [
      'a subquery',
      db
        .select()
        .from(Task)
        .where(inArray(Task.id, db.select({ id: Task.id }).from(Task))),
    ],
    [
      'a CTE',
      db
        .with(db.$with('a').as(db.select().from(Task)))
        .select()
        .from(Task),
    ],
    [
      'a known function',
      db.select({ t: sql`coalesce(lower(${Task.title}), 'delete(')` }).from(Task),
    ],
    ['a comment and a cast', db.select({ t: sql`${Task.at}::timestamp(3) /* f( */` }).from(Task)],
  ])('accepts %s', (_, query) => {
    expect(isPureSelect(textOf(query))).toBe(true)
  })

  it('accepts the JSON of a select', () => {
    expect(
      isPureSelect(
        `with "$rows"("id", "at") as (select "id", "at" from "tasks") select '[' || coalesce(string_agg(to_json("$row")::text, ','), '') || ']' from (select "id", case when "at" < 'infinity' then to_char("at", 'YYYY') else current_setting('x' || "at") end as "at" from "$rows") "$row"`,
      ),
    ).toBe(true)
  })

  it.each([
    ['a locking read', db.select().from(Task).for('update')],
    [
      'a locking read of another kind',
      db.select().from(Task).for('no key update', { skipLocked: true }),
    ],
    ['an unknown function', db.select({ n: sql`nextval('s')` }).from(Task)],
    [
      'an unknown function in a condition',
      db
        .select()
        .from(Task)
        .where(sql`pg_sleep (1) is null`),
    ],
    ['a function with a quoted name', db.select({ n: sql`"pg_sleep"(1)` }).from(Task)],
    ['a function of a schema', db.select({ n: sql`audit.lower(${Task.title})` }).from(Task)],
    ['a function behind a comment', db.select({ n: sql`pg_sleep/**/(1)` }).from(Task)],
    [
      'a function in a subquery',
      db
        .select()
        .from(Task)
        .where(eq(Task.id, sql`(select f())`)),
    ],
    [
      'a CTE that writes',
      db.select().from(sql`(with a as (delete from tasks returning *) select * from a) b`),
    ],
    ['a second statement', db.select().from(sql`tasks; delete from tasks`)],
    ['a new table', db.select({ n: sql`1 into copied` }).from(Task)],
  ])('refuses %s', (_, query) => {
    expect(isPureSelect(textOf(query))).toBe(false)
  })

  it.each([
    'delete from tasks',
    'insert into tasks values (1)',
    'begin',
    'lock tasks',
    '',
    'table tasks',
  ])('refuses %j', (statement) => expect(isPureSelect(statement)).toBe(false))
})
