import { expect, it } from 'vitest'
import { describeStatement } from './describe-statement.ts'

it.each([
  ['select "id" from "tasks" where "user_id" = $1', 'SELECT tasks'],
  ['select * from "app"."tasks" inner join users u on true', 'SELECT tasks users'],
  ['select coalesce(json_agg(t)) from (select * from "tasks" for update) t', 'SELECT tasks'],
  ['insert into "tasks" ("a") values ($1) on conflict do update set a = $1', 'INSERT tasks'],
  ['insert into a select * from only b', 'INSERT a SELECT b'],
  ['with x as (delete from a returning *) select * from x', 'DELETE a'],
  ['with "$rows"("a", "b") as (select * from a) select * from "$rows"', 'SELECT a'],
  [
    'with x as (select * from a), y as not materialized (select * from b) select * from x, y',
    'SELECT a SELECT b',
  ],
  ['update tasks set a = $1', 'UPDATE tasks'],
  ['select extract(epoch from at) from tasks', 'SELECT tasks'],
  ['select * from generate_series($1, $2)', 'SELECT'],
  ['begin isolation level serializable', 'BEGIN'],
  ['', 'postgresql'],
])('%s has the summary %s', (text, summary) => {
  expect(describeStatement(text).summary).toBe(summary)
})

it.each([
  ['select "id" from "tasks"', 'SELECT'],
  ['with "$rows"("a") as (select * from a) select json_agg(a) from "$rows"', 'SELECT'],
  ['with x as (select 1) insert into a select * from x', 'INSERT'],
  ['with recursive x as (delete from a returning *) select * from x', 'SELECT'],
  ['begin isolation level serializable', 'BEGIN'],
  ['', ''],
])('%s has the operation %s', (text, operation) => {
  expect(describeStatement(text).operation).toBe(operation)
})

it('a text with parameters alone stays as it is', () => {
  const text = 'select "a"\n  from "t" where "b" = $1 and c = $2'
  expect(describeStatement(text).text).toBe(text)
})

it.each([
  `select 'hunter2', E'it\\'s hunter2', $$hunter2$$, $x$hunter2$x$, 4711, 1.5e3, x'1F'`,
  'select 1 -- hunter2 4711',
  'select /* hunter2 /* 4711 */ */ 1',
  `select 'hunter2`,
  `select '4711' from "t" where b = -4711`,
])('no literal and no comment of %s is left', (text) => {
  expect(describeStatement(text).text).not.toMatch(/hunter2|4711|1F|e3/)
})

it('a long statement is cut, and its summary, too', () => {
  const text = `select ${'a, '.repeat(10_000)} b from ${'t'.repeat(1000)}`
  expect(describeStatement(text).text).toHaveLength(8192)
  expect(describeStatement(text).summary).toHaveLength(255)
})

it('texts that differ in their literals do not fill the memory', () => {
  for (let n = 0; n < 2000; n++) describeStatement(`select ${n} from "tasks"`)
  expect(describeStatement('select 4711 from "tasks"')).toEqual({
    operation: 'SELECT',
    summary: 'SELECT tasks',
    text: 'select ? from "tasks"',
  })
})
