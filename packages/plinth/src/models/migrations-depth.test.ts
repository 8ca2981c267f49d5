import { PGlite } from '@electric-sql/pglite'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api-postgres'
import { sql } from 'drizzle-orm'
import { index, pgEnum, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { decimal } from '../schemas/decimal.ts'
import { deletedAt, field, id, version } from './field.ts'
import { fromTable, isMigrated } from './from-table.ts'
import { model } from './model.ts'

const client = new PGlite()
afterAll(() => client.close())
beforeEach(() => client.exec('drop schema public cascade; create schema public'))

type Exports = Record<string, unknown>
/** The statements from some models to others, after they were applied. */
async function migrate(from: Exports, to: Exports): Promise<string[]> {
  const goal = await generateDrizzleJson(to)
  const statements = await generateMigration(await generateDrizzleJson(from), goal)
  for (const statement of statements) await client.exec(statement)
  expect(await generateMigration(goal, await generateDrizzleJson(to))).toEqual([])
  return statements.map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
}

describe('migrations by drizzle-kit', () => {
  it('add versions, soft deletion and its partial index', async () => {
    const fields = {
      id: id(),
      slug: field(z.string().max(50), { unique: true }),
      version: version(),
    }
    const plain = { Project: model('projects', fields) }
    const soft = { Project: model('projects', { ...fields, deletedAt: deletedAt() }) }
    const made = await migrate({}, plain)
    expect(made).toHaveLength(1)
    expect(made[0]).toContain('"slug" varchar(50) NOT NULL CONSTRAINT "projects_slug_key" UNIQUE')
    expect(made[0]).toContain('"version" integer DEFAULT 1 NOT NULL')
    expect(made[0]).toContain('CONSTRAINT "projects_version_min" CHECK ("version" >= 1)')
    expect(await migrate(plain, soft)).toEqual([
      'ALTER TABLE "projects" DROP CONSTRAINT "projects_slug_key";',
      'ALTER TABLE "projects" ADD COLUMN "deleted_at" timestamp(3) with time zone;',
      'CREATE UNIQUE INDEX "projects_slug_key" ON "projects" ("slug") WHERE "deleted_at" is null;',
    ])
  })

  it('add decimals, and widen them', async () => {
    const price = (options: { precision: number; max: string }) => ({
      Product: model('products', { id: id(), price: decimal({ scale: 2, min: '0', ...options }) }),
    })
    const before = price({ precision: 8, max: '999.5' })
    const [made] = await migrate({}, before)
    expect(made).toContain('"price" numeric(8,2) NOT NULL')
    expect(made).toContain('CONSTRAINT "products_price_max" CHECK ("price" <= 999.5)')
    expect(await migrate(before, price({ precision: 10, max: '100000' }))).toEqual([
      'ALTER TABLE "products" ALTER COLUMN "price" SET DATA TYPE numeric(10,2) USING "price"::numeric(10,2);',
      'ALTER TABLE "products" DROP CONSTRAINT "products_price_max", ADD CONSTRAINT "products_price_max" CHECK ("price" <= 100000);',
    ])
  })

  it('add composite keys and partial indexes', async () => {
    const [made, indexed] = await migrate(
      {},
      {
        Stock: model(
          'stocks',
          {
            shop: field(z.string().max(20), { primaryKey: true }),
            country: field(z.string(), { primaryKey: true }),
            amount: z.int().nullable(),
          },
          (t) => [
            index('stocks_short')
              .on(t.shop)
              .where(sql`amount < 5`),
          ],
        ),
      },
    )
    expect(made).toContain('CONSTRAINT "stocks_pkey" PRIMARY KEY("shop","country")')
    expect(indexed).toBe('CREATE INDEX "stocks_short" ON "stocks" ("shop") WHERE amount < 5;')
  })

  it('add generated columns, and recreate them when their expression changes', async () => {
    const person = (name: string) => ({
      Person: model('people', {
        id: id(),
        first: z.string(),
        last: z.string(),
        name: field(z.string(), { generated: sql.raw(name) }),
      }),
    })
    const before = person(`first || ' ' || last`)
    const [made] = await migrate({}, before)
    expect(made).toContain(`"name" text GENERATED ALWAYS AS (first || ' ' || last) STORED`)
    await client.exec(`insert into people (first, last) values ('Ada', 'Lovelace')`)
    expect(await migrate(before, person(`last || ', ' || first`))).toEqual([
      'ALTER TABLE "people" DROP COLUMN "name";',
      `ALTER TABLE "people" ADD COLUMN "name" text GENERATED ALWAYS AS (last || ', ' || first) STORED;`,
    ])
    expect((await client.query('select name from people')).rows).toEqual([
      { name: 'Lovelace, Ada' },
    ])
  })

  it('add a choice in one statement, without altering a type', async () => {
    const task = (...levels: [string, ...string[]]) => ({
      Task: model('tasks', { id: id(), level: z.enum(levels) }),
    })
    await migrate({}, task('low'))
    await client.exec(`insert into tasks (level) values ('low')`)
    expect(await migrate(task('low'), task('low', "it's high"))).toEqual([
      `ALTER TABLE "tasks" DROP CONSTRAINT "tasks_level_enum", ADD CONSTRAINT "tasks_level_enum" CHECK ("level" in ('low', 'it''s high'));`,
    ])
    await client.exec(`insert into tasks (level) values ('it''s high')`)
    await expect(migrate(task('low', "it's high"), task('low'))).rejects.toMatchObject({
      code: '23514',
    })
  })

  it('add a value to a Postgres enum', async () => {
    const task = (...levels: [string, ...string[]]) => {
      const level = pgEnum('level', levels)
      const column = (name: string) => level(name)
      return { level, Task: model('tasks', { id: id(), level: field(z.enum(levels), { column }) }) }
    }
    await migrate({}, task('low'))
    expect(await migrate(task('low'), task('low', 'high'))).toEqual([
      `ALTER TYPE "level" ADD VALUE 'high';`,
    ])
  })

  it('ignore foreign tables, also if models refer to them', async () => {
    const User = fromTable(pgTable('user', { id: text().primaryKey() }), { migrate: false })
    const Note = model('notes', {
      id: id(),
      userId: field(z.string(), { references: () => User.id }),
    })
    await client.exec('create table "user" (id text primary key)')
    const ours = Object.fromEntries(
      Object.entries({ User, Note }).filter(([, one]) => isMigrated(one)),
    )
    const statements = await migrate({}, ours)
    expect(statements.filter((one) => one.startsWith('CREATE TABLE'))).toHaveLength(1)
    expect(statements.at(-1)).toContain('FOREIGN KEY ("user_id") REFERENCES "user"("id")')
  })
})
