import { desc, eq } from 'drizzle-orm'
import * as z from 'zod'
import { expect, test } from 'vitest'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import { database } from './database.ts'
import { jsonStatement, type JsonShape } from './json-statement.ts'

const Note = model('notes', { id: id(), title: z.string() })
const db = database('pglite:memory')
const shape = (): JsonShape => ({
  fields: Object.entries(Note.$read.shape),
  list: true,
  known: new Map(),
})
const titled = (title: string) => db.select().from(Note).where(eq(Note.title, title))

test('a statement’s name is made of its text, so that it means the same in every process', () => {
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
