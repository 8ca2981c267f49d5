import { boolean, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { fromTable } from './from-table.ts'
import type { Row } from './model.types.ts'

const user = pgTable('user', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').default(false).notNull(),
  image: text('image'),
  role: text('role').notNull().default('user'),
  serial: integer('serial').generatedAlwaysAsIdentity(),
  createdAt: timestamp('created_at').defaultNow().notNull(),
})
const User = fromTable(user, {
  hidden: ['emailVerified'],
  readonly: ['createdAt', 'email'],
  immutable: ['id'],
  schemas: { role: z.enum(['user', 'admin']) },
})
const Pair = fromTable(
  pgTable(
    'pairs',
    { a: integer().notNull(), b: integer().notNull(), data: jsonb().$type<{ n: number }>() },
    (t) => [primaryKey({ columns: [t.a, t.b] })],
  ),
)

describe('fromTable()', () => {
  it('has the table’s rows', () => {
    expectTypeOf<Row<typeof User>>().toEqualTypeOf<typeof user.$inferSelect>()
    expectTypeOf(User).toExtend<typeof user>()
  })

  it('has schemas of requests and responses', () => {
    expectTypeOf<z.input<typeof User.$create>>().branded.toEqualTypeOf<{
      id: string
      name: string
      image?: string | null | undefined
      role?: 'user' | 'admin' | undefined
      emailVerified?: boolean | undefined
    }>()
    expectTypeOf<z.output<typeof User.$update>>().branded.toEqualTypeOf<{
      name?: string | undefined
      image?: string | null | undefined
      role?: 'user' | 'admin' | undefined
      emailVerified?: boolean | undefined
    }>()
    expectTypeOf<z.output<typeof User>>().branded.toEqualTypeOf<{
      id: string
      name: string
      email: string
      image: string | null
      role: 'user' | 'admin'
      serial: number
      createdAt: Date
    }>()
    expectTypeOf<z.output<typeof Pair.$create>>().branded.toEqualTypeOf<{
      a: number
      b: number
      data?: { n: number } | null | undefined
    }>()
  })

  it('refuses names that the table does not have', () => {
    // @ts-expect-error Type '"pasword"' is not assignable to type
    fromTable(user, { hidden: ['pasword'] })
    // @ts-expect-error 'pasword' does not exist in type
    fromTable(user, { schemas: { pasword: z.string() } })
    // @ts-expect-error 'id' does not exist in type 'DrizzleTable'
    fromTable({ id: z.string() })
  })
})
