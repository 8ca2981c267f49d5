// @module-tag postgres
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import { integer, pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authOptions } from '../../test/support/auth/in-process.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres/postgres-server.ts'
import { database, type Database } from '../database/database.ts'
import { pendingMigrations } from '../migrations/migrate.ts'
import { testDatabase } from './test-database.ts'

const root = mkdtempSync(join(tmpdir(), 'plinth-test-database-'))
const folder = join(root, 'migrations')
const owned = join(root, 'owned')
let server: PostgresServer
beforeAll(async () => {
  // a folder of its own, so that the first database is created and not found in the cache
  vi.stubEnv('PLINTH_CACHE_DIR', join(root, 'cache'))
  mkdirSync(join(folder, '20260101000000_notes'), { recursive: true })
  writeFileSync(
    join(folder, '20260101000000_notes', 'migration.sql'),
    'create table notes (id int primary key, text text)',
  )
  mkdirSync(join(owned, '20260101000000_items'), { recursive: true })
  writeFileSync(
    join(owned, '20260101000000_items', 'migration.sql'),
    'create table items (id int primary key, "userId" text references auth."user")',
  )
  server = await startPostgres()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
  await server?.stop()
})

const notes = pgTable('notes', { id: integer().primaryKey(), text: text() })
const user = pgSchema('auth').table('user', { id: text().primaryKey() })
const items = pgTable('items', {
  id: integer().primaryKey(),
  userId: text().references(() => user.id),
})
const databases = async (): Promise<unknown[]> => {
  const admin = database(server.url)
  const { rows } = await admin.execute(
    "select datname from pg_database where datname like 'plinth%' order by 1",
  )
  await admin.close()
  return rows.map(({ datname }) => datname)
}

describe.each([['pglite'], ['postgres']] as const)('testDatabase() on %s', (kind) => {
  beforeAll(() => {
    vi.stubEnv('PLINTH_TEST_DATABASE_URL', kind === 'postgres' ? server.url : '')
  })

  it('has the tables of the migrations, and nothing of another database', async () => {
    for (const id of [1, 1]) {
      const db = await testDatabase({ migrations: folder })
      expect(db.kind).toBe(kind)
      expect(await pendingMigrations(db, { folder })).toEqual([])
      await db.insert(notes).values({ id })
      expect(await db.$count(notes)).toBe(1)
      await db.close()
    }
  })

  it('has the tables of models', async () => {
    for (const id of [1, 1]) {
      const db = await testDatabase({ models: { notes } })
      await db.insert(notes).values({ id, text: 'x' })
      expect(await db.select().from(notes)).toEqual([{ id: 1, text: 'x' }])
      await db.close()
    }
  })

  it('has the tables of Better Auth first, so that migrations and models can refer to a user', async () => {
    const auth = betterAuth(authOptions(database('pglite:memory')))
    const row = { id: 1, userId: 'ann' }
    for (const options of [{ migrations: owned }, { migrations: owned }, { models: { items } }]) {
      const db = await testDatabase({ ...options, auth })
      const insert = db.insert(items).values(row)
      await expect(insert).rejects.toMatchObject({ cause: { code: '23503' } })
      await db.execute(
        `insert into auth."user" (id, name, email, "emailVerified")
         values ('ann', 'Ann', 'ann@example.com', true)`,
      )
      await db.insert(items).values(row)
      await db.close()
    }
  })

  it.each([['migrations'], ['models']])(
    'without auth, names it where %s refer to a user',
    async (from) => {
      const options = from === 'migrations' ? { migrations: owned } : { models: { items } }
      await expect(testDatabase(options)).rejects.toMatchObject({
        code: 'PLINTH_MIGRATION_FAILED',
        message: expect.stringMatching(
          /schema "auth" does not exist .*pass the instance as auth to/,
        ),
      })
    },
  )

  it('can be created several times at once', async () => {
    const all = await Promise.all([1, 2].map(() => testDatabase({ models: [notes] })))
    await all[0]!.insert(notes).values({ id: 1 })
    expect(await all[1]!.select().from(notes)).toEqual([])
    await Promise.all(all.map((db) => db.close()))
  })

  it('is closed at the end of a block with await using, even if the app has closed it before', async () => {
    let after: Database
    {
      await using db = await testDatabase({ models: [notes] })
      await db.insert(notes).values({ id: 1 })
      after = db
    }
    await expect(after.select().from(notes)).rejects.toThrow()
    {
      await using db = await testDatabase({ models: [notes] })
      await db.close()
    }
  })
})

describe('testDatabase() on a server', () => {
  it('leaves only its templates behind', async () => {
    const left = await databases()
    expect(left).toHaveLength(4)
    expect(left.every((name) => /^plinth_template_[0-9a-f]{16}$/.test(String(name)))).toBe(true)
  })
})
