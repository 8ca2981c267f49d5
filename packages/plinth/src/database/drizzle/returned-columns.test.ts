import { eq } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { database } from '../database.ts'
import { rememberReturned } from './returned-columns.ts'

const notes = pgTable('notes', { id: integer().primaryKey(), title: text().notNull() })
const others = pgTable('others', { id: integer().primaryKey(), words: text().notNull() })
const db = database('pglite:memory')
beforeAll(async () => {
  await db.execute('create table notes (id int primary key, title text not null)')
  await db.execute('create table others (id int primary key, words text not null)')
})
afterAll(() => db.close())

// Drizzle's types leave out its private parts
const listOf = (query: object): unknown =>
  (query as { readonly config: { readonly returning: unknown } }).config.returning

it('returning() of a whole table uses one list of columns for all queries of a table', async () => {
  const insert = (id: number) =>
    rememberReturned(db.insert(notes).values({ id, title: `note ${id}` })).returning()
  const change = rememberReturned(db.update(notes).set({ title: 'changed' }).where(eq(notes.id, 1)))
  const remove = rememberReturned(db.delete(notes).where(eq(notes.id, 2)))
  const other = rememberReturned(db.insert(others).values({ id: 1, words: 'a' })).returning()
  const [first, second] = [insert(1), insert(2)]
  expect(listOf(second)).toBe(listOf(first))
  expect(listOf(change.returning())).toBe(listOf(first))
  expect(listOf(other)).not.toBe(listOf(first))
  expect(await first).toEqual([{ id: 1, title: 'note 1' }])
  expect(await second).toEqual([{ id: 2, title: 'note 2' }])
  expect(await change).toEqual([{ id: 1, title: 'changed' }])
  expect(await remove.returning()).toEqual([{ id: 2, title: 'note 2' }])
  expect(await other).toEqual([{ id: 1, words: 'a' }])
})

it('returning() of some columns, or of several tables, has a list of its own', async () => {
  await db.insert(others).values({ id: 7, words: 'b' })
  const some = rememberReturned(db.insert(notes).values({ id: 7, title: 'seven' })).returning({
    name: notes.title,
  })
  expect(await some).toEqual([{ name: 'seven' }])
  const both = rememberReturned(
    db.update(notes).set({ title: 'joined' }).from(others).where(eq(others.id, notes.id)),
  )
  expect(await both.returning()).toContainEqual({
    id: 7,
    title: 'joined',
    others: { id: 7, words: 'b' },
  })
})
