import { desc, eq, inArray, sql } from 'drizzle-orm'
import * as z from 'zod'
import { expect, test } from 'vitest'
import { id } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { database, sharedOf } from '../database.ts'
import { codecsOf, type BuiltQuery } from '../drizzle/query-config.ts'
import { JsonStatements, type JsonShape } from './json-statement.ts'

const Note = model('notes', { id: id(), title: z.string() })
const db = database('pglite:memory')
const statements = new JsonStatements(codecsOf(sharedOf(db, 'the test').dialect))
const jsonStatement = (query: object, shape: JsonShape) =>
  statements.statement(query as BuiltQuery, shape)
const fieldsOf = (model: { $read: z.ZodObject }): JsonShape['fields'] =>
  Object.entries(model.$read.shape).map(([name, schema]) => [name, schema, name])
const shape = (): JsonShape => ({ fields: fieldsOf(Note), list: true, known: new Map() })
const titled = (title: string) => db.select().from(Note).where(eq(Note.title, title))

test('the name of a statement derives from its text, so it means the same in every process', () => {
  const one = jsonStatement(titled('a'), shape())
  const other = jsonStatement(titled('b'), shape())
  expect(one?.name).toMatch(/^plinth_[0-9a-f]{16}$/)
  expect(other?.text).toBe(one?.text)
  expect(other?.name).toBe(one?.name)
  expect([one?.params, other?.params]).toEqual([['a'], ['b']])
})

test('another text has another name', () => {
  const known = shape()
  const names = [titled('a'), titled('a').orderBy(desc(Note.title)), titled('a').limit(1)].map(
    (query) => jsonStatement(query, known)?.name,
  )
  expect(new Set(names).size).toBe(3)
  expect(names).not.toContain(undefined)
})

const listed = (length: number) =>
  db
    .select()
    .from(Note)
    .where(inArray(Note.title, Array.from({ length }, String)))

test('a route accepts new texts after many others, and keeps those in use', () => {
  const known = shape()
  const first = jsonStatement(titled('a'), known)
  for (let length = 1; length <= 300; length++) {
    expect(jsonStatement(listed(length), known)).toBeDefined()
    if (length % 50 === 0) jsonStatement(titled('a'), known)
  }
  expect(known.known.size).toBeLessThanOrEqual(100)
  const kept = [...known.known.values()].map(({ text }) => text)
  expect(kept).toContain(first?.text)
  expect(jsonStatement(titled('a').limit(1), known)).toBeDefined()
})

test('a route keeps its statements when raw SQL of another route made the trie start over', () => {
  const known = shape()
  const other = shape()
  expect(jsonStatement(titled('a'), known)).toBeDefined()
  for (let length = 1; length < 100; length++) jsonStatement(listed(length), known)
  expect(jsonStatement(titled('a'), known)).toBeDefined()
  for (let n = 0; n < 30_000; n++)
    jsonStatement(
      db
        .select()
        .from(Note)
        .where(sql.raw(`title = '${n}'`)),
      other,
    )
  expect(jsonStatement(titled('a'), known)).toBeDefined()
  expect(jsonStatement(titled('a').limit(1), known)).toBeDefined()
  expect(other.known.size).toBeLessThanOrEqual(100)
})

test('a text gets a name when it is repeated, and has none before', () => {
  const known = shape()
  const raw = (n: number) =>
    jsonStatement(
      db
        .select()
        .from(Note)
        .where(sql.raw(`${n} = ${n}`)),
      known,
    )
  const names = new Set(Array.from({ length: 2000 }, (_, n) => raw(n)?.name))
  expect(names.size).toBeLessThan(200)
  expect(raw(2001)?.name).toBeUndefined()
  for (let times = 0; times < 100; times++) raw(2001)
  expect(raw(2001)?.name).toMatch(/^plinth_/)
})

test('anything but a column of the selected table is left to JavaScript', () => {
  const Other = model('others', { id: id(), title: z.string() })
  const others = { ...shape(), fields: fieldsOf(Other) }
  const all = { id: Other.id, title: Other.title }
  const update = db.update(Note).set({ title: 'a' })
  expect(jsonStatement(update.from(Other).returning(all), others)).toBeUndefined()
  const nested = db
    .update(Other)
    .set({ title: 'a' })
    .returning({ deep: all, ...all } as never)
  expect(jsonStatement(nested, others)).toBeUndefined()
  expect(jsonStatement(db.update(Other).set({ title: 'a' }).returning(all), others)).toBeDefined()
  const partly = { ...all, more: sql`1` }
  expect(jsonStatement(db.select(partly).from(Other), others)).toBeUndefined()
  expect(jsonStatement(db.select(all).from(Other).for('update'), others)).toBeDefined()
})

test('two queries of one text are not confused with each other', () => {
  const known = shape()
  const read = { id: Note.id, title: Note.title }
  expect(jsonStatement(db.select(read).from(Note).for('update'), known)).toBeDefined()
  const upper = sql`"title"`.mapWith((title) => String(title).toUpperCase())
  const raw = db.select({ id: Note.id, title: upper }).from(Note).for('update')
  expect(jsonStatement(raw, known)).toBeUndefined()
})
