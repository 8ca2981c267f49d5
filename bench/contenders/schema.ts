// The table and the pool of ten connections that all Drizzle contenders share.
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { boolean, index, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core'
import { Pool } from 'pg'

export const priorities = ['low', 'medium', 'high'] as const

export const tasks = pgTable(
  'tasks',
  {
    id: uuid()
      .primaryKey()
      .default(sql`gen_random_uuid()`),
    title: varchar({ length: 200 }).notNull(),
    description: varchar({ length: 2000 }),
    completed: boolean().notNull().default(false),
    priority: text({ enum: priorities }).notNull().default('medium'),
    dueAt: timestamp('due_at', { withTimezone: true, precision: 3 }),
    projectId: uuid('project_id'),
    userId: text('user_id').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 })
      .notNull()
      .defaultNow()
      .$onUpdate(() => new Date()),
  },
  (t) => [index('tasks_user_id_created_at_idx').on(t.userId, t.createdAt)],
)

export const db = drizzle({
  client: new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 }),
})
