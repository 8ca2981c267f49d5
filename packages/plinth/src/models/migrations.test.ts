import { PGlite } from '@electric-sql/pglite'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import { getTableConfig, pgEnum, pgTable, text, type AnyPgColumn } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/pglite'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createdAt, field, id, owner, updatedAt } from './field.ts'
import { fieldNamed } from './model-columns.ts'
import { model } from './model.ts'

const client = new PGlite()
const db = drizzle({ client })
afterAll(() => client.close())

type Snapshot = Awaited<ReturnType<typeof generateDrizzleJson>>
const snapshot = (tables: Record<string, unknown>) => generateDrizzleJson(tables)

async function migrate(from: Snapshot, to: Snapshot): Promise<string[]> {
  const statements = await generateMigration(from, to)
  for (const statement of statements) await client.exec(statement)
  return statements.map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
}

// as Better Auth's command line generates it
const user = pgTable('user', {
  id: text('id').primaryKey(),
  email: text('email').notNull().unique(),
})
const status = pgEnum('task_status', ['open', 'done'])
const Project = model('projects', { id: id(), name: z.string(), userId: owner(() => user.id) })
const rest = {
  id: id(),
  status: field(z.enum(['open', 'done']).default('open'), { column: (name) => status(name) }),
  dueAt: z.date().nullable().default(new Date(0)),
  dueOn: z.iso.date().nullable(),
  atTime: z.iso.time({ precision: 3 }).default('10:00:00.500'),
  at: z.iso.datetime().default('2026-01-02T00:00:00.000Z'),
  big: z.bigint().default(5n),
  labels: z.array(z.string()).default(["it's"]),
  meta: z.object({ due: z.date() }).default({ due: new Date(0) }),
  slug: field(z.string().max(20).nullable(), { unique: true }),
  projectId: field(z.uuid().nullable(), { references: () => Project.id, onDelete: 'cascade' }),
  parentId: field(z.uuid().nullable(), { references: (): AnyPgColumn => Task.id }),
  userId: owner(() => user.id),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
}
const before = {
  ...rest,
  title: z.string().max(100),
  level: z.enum(['low', 'high']).default('low'),
  count: z.int().min(-5).max(10).nullable(),
}
const Task = model('tasks', before)
const Changed = model('tasks', {
  ...before,
  title: z.string().min(1).max(200),
  level: z.enum(['low', 'medium', 'high']).default('low'),
  count: z.int().min(0).max(10).nullable(),
})

describe('migrations by drizzle-kit', () => {
  it('are generated from models, apply, and leave no difference', async () => {
    const first = await snapshot({ user, status, Project, Task })
    const made = await migrate(await snapshot({}), first)
    expect(made.filter((statement) => statement.startsWith('CREATE TABLE'))).toHaveLength(3)
    expect(made.join('\n')).toContain(
      'ADD CONSTRAINT "tasks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE',
    )
    expect(await generateMigration(first, await snapshot({ user, status, Project, Task }))).toEqual(
      [],
    )
  })

  it('change exactly the bounds and choices that changed', async () => {
    const old = await snapshot({ user, status, Project, Task })
    const statements = await migrate(old, await snapshot({ user, status, Project, Task: Changed }))
    expect(statements.toSorted()).toEqual([
      'ALTER TABLE "tasks" ADD CONSTRAINT "tasks_title_min" CHECK (char_length("title") >= 1);',
      'ALTER TABLE "tasks" ALTER COLUMN "title" SET DATA TYPE varchar(200) USING "title"::varchar(200);',
      'ALTER TABLE "tasks" DROP CONSTRAINT "tasks_count_min", ADD CONSTRAINT "tasks_count_min" CHECK ("count" >= 0);',
      `ALTER TABLE "tasks" DROP CONSTRAINT "tasks_level_enum", ADD CONSTRAINT "tasks_level_enum" CHECK ("level" in ('low', 'medium', 'high'));`,
    ])
  })

  it('add columns with the SQL defaults that the schemas have', async () => {
    await client.exec(`INSERT INTO "user" VALUES ('ann', 'ann@x.io')`)
    await client.exec(`INSERT INTO tasks (title, user_id) VALUES ('by hand', 'ann')`)
    const [row] = await db.select().from(Changed)
    expect(row).toMatchObject({
      status: 'open',
      dueAt: new Date(0),
      atTime: '10:00:00.500',
      at: '2026-01-02T00:00:00.000Z',
      big: 5n,
      labels: ["it's"],
      meta: { due: new Date(0) },
      level: 'low',
    })
    expect(row?.createdAt.getTime()).toBe(row?.updatedAt.getTime())
  })

  it.each([
    [
      'a unique constraint',
      `INSERT INTO tasks (title, user_id, slug) VALUES ('a', 'ann', 's'), ('b', 'ann', 's')`,
      'slug',
    ],
    [
      'a foreign key',
      `INSERT INTO tasks (title, user_id, parent_id) VALUES ('a', 'ann', gen_random_uuid())`,
      'parentId',
    ],
    ['a CHECK', `INSERT INTO tasks (title, user_id, count) VALUES ('a', 'ann', 11)`, 'count'],
    ['NOT NULL', `INSERT INTO tasks (title) VALUES ('a')`, 'userId'],
  ])('lead to errors that name the field: %s', async (_, statement, name) => {
    const error = (await client.exec(statement).catch((cause: unknown) => cause)) as object
    expect(fieldNamed(error)).toBe(name)
  })

  it('shorten long names as Postgres stores them', async () => {
    const Long = model('a_table_with_a_name_that_is_rather_long_for_one', {
      id: id(),
      aFieldWithALongNameToo: field(z.string().min(1).max(9), { unique: true, index: true }),
    })
    const made = await snapshot({ Long })
    await migrate(await snapshot({}), made)
    const { rows } = await client.query<{ conname: string }>(
      `SELECT conname FROM pg_constraint WHERE conrelid = '${getTableConfig(Long).name}'::regclass AND contype IN ('c', 'u')`,
    )
    expect(rows).toHaveLength(2)
    for (const { conname } of rows) {
      expect(fieldNamed({ table: getTableConfig(Long).name, constraint: conname })).toBe(
        'aFieldWithALongNameToo',
      )
    }
  })
})
