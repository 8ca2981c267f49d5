import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { database } from '../database/database.ts'
import { channel } from './channel.ts'
import { gap } from './channel-gap.ts'
import type { Subscription } from './subscription.ts'

const db = database('pglite:memory')
const chat = channel(
  'chat',
  z.object({ text: z.string(), at: z.date(), kind: z.string().default('x') }),
)
interface Read {
  text: string
  at: Date
  kind: string
}

test('a message is published as a handler returns it, and read as its schema decodes it', () => {
  expectTypeOf<Parameters<(typeof chat)['publish']>[2]>().toEqualTypeOf<{
    text: string
    at: Date
    kind?: string | undefined
  }>()
  expectTypeOf(chat.subscribe(db, 'k')).toEqualTypeOf<Subscription<Read>>()
})

test('a gap is a value only where it is asked for', () => {
  expectTypeOf(chat.subscribe(db, 'k', { gaps: true })).toEqualTypeOf<
    Subscription<Read | typeof gap>
  >()
  expectTypeOf(chat.subscribe(db, 'k', { gaps: false })).toEqualTypeOf<Subscription<Read>>()
})

test('a message must fit the schema, and a key is text', () => {
  // @ts-expect-error Type 'string' is not assignable to type 'Date'
  void chat.publish(db, 'k', { text: 'x', at: 'now' })
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'
  void chat.publish(db, 1, { text: 'x', at: new Date() })
})
