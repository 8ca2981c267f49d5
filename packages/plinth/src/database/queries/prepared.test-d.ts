import { eq } from 'drizzle-orm'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { router } from '../../routing/router.ts'
import { database } from '../database.ts'
import { one } from './one.ts'
import { prepared } from './prepared.ts'

const db = database('pglite:memory')
const Note = model('notes', { id: id(), title: z.string(), size: z.int(), userId: owner() })
const ofUser = prepared(
  { user: z.string(), limit: z.int(), order: z.enum(['up', 'down']).optional() },
  (on, $) => {
    expectTypeOf($.order).toEqualTypeOf<'up' | 'down' | undefined>()
    return on.select().from(Note).where(eq(Note.userId, $.user)).limit($.limit)
  },
)

describe('a prepared query', () => {
  it('gives the rows of its query, and is a handler’s result', () => {
    expectTypeOf<Awaited<ReturnType<typeof ofUser>>>().toEqualTypeOf<(typeof Note.$inferSelect)[]>()
    router('/notes').get('/', { response: z.array(Note) }, () =>
      ofUser(db, { user: 'a', limit: 1 }),
    )
    router('/note').get('/', { response: Note }, () => one(ofUser(db, { user: 'a', limit: 1 })))
  })
  it('takes its inputs, and nothing else', () => {
    // @ts-expect-error Property 'limit' is missing
    ofUser(db, { user: 'a' })
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    ofUser(db, { user: 1, limit: 1 })
    // @ts-expect-error Type '"left"' is not assignable to type
    ofUser(db, { user: 'a', limit: 1, order: 'left' })
    // @ts-expect-error 'more' does not exist
    ofUser(db, { user: 'a', limit: 1, more: 1 })
  })
  it('takes a database, and a transaction', () => {
    void db.transaction(async (tx) => await ofUser(tx, { user: 'a', limit: 1 }))
    // @ts-expect-error Argument of type '{}' is not assignable
    ofUser({}, { user: 'a', limit: 1 })
  })
  it('knows what stands for any value, and what is one of few', () => {
    prepared(
      { tag: z.templateLiteral(['x-', z.string()]), key: z.string().brand<'key'>() },
      (on, $) => {
        expectTypeOf($.tag).not.toEqualTypeOf<`x-${string}`>()
        expectTypeOf($.tag).toExtend<`x-${string}`>()
        expectTypeOf($.key).not.toEqualTypeOf<string & z.core.$brand<'key'>>()
        return on.select().from(Note).where(eq(Note.title, $.tag))
      },
    )
  })
  it('puts an input only where its type goes', () => {
    // @ts-expect-error No overload matches this call
    prepared({ n: z.int() }, (on, $) => on.select().from(Note).where(eq(Note.title, $.n)))
    // @ts-expect-error Property 'other' does not exist
    prepared({ n: z.int() }, (on, $) => on.select().from(Note).where(eq(Note.size, $.other)))
  })
})
