import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../test/postgres-server.ts'
import { type Database, database } from './database.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { child } from './test/child.ts'
import { failure } from './test/tables.ts'

const root = mkdtempSync(join(tmpdir(), 'plinth-migrate-'))
let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await server?.stop()
})

let count = 0
/** A folder as drizzle-kit writes it. */
function folderOf(migrations: Readonly<Record<string, string>>): string {
  const folder = join(root, `${(count += 1)}`)
  mkdirSync(folder)
  add(folder, migrations)
  return folder
}
function add(folder: string, migrations: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(migrations)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'migration.sql'), text)
  }
}
const first = {
  '20260101000000_notes':
    'create table notes (id int primary key);--> statement-breakpoint\ncreate index on notes (id);',
}
const second = { '20260102000000_text': 'alter table notes add column text text' }

async function newServerDatabase(): Promise<string> {
  const admin = database(server.url)
  const name = `migrated_${(count += 1)}`
  await admin.execute(`create database ${name}`)
  await admin.close()
  return server.url.replace(/postgres$/, name)
}

describe.each([
  ['PGlite', async () => database('pglite:memory')],
  ['Postgres', async () => database(await newServerDatabase())],
] as const)('migrate() on %s', (_, make) => {
  const using = async (run: (db: Database) => Promise<void>): Promise<void> => {
    const db = await make()
    try {
      await run(db)
    } finally {
      await db.close()
    }
  }

  it('applies what is new, in order, once', () =>
    using(async (db) => {
      const folder = folderOf(first)
      expect(await pendingMigrations(db, { folder })).toEqual(['20260101000000_notes'])
      expect(await migrate(db, { folder })).toEqual(['20260101000000_notes'])
      expect(await migrate(db, { folder })).toEqual([])
      add(folder, second)
      expect(await pendingMigrations(db, { folder })).toEqual(['20260102000000_text'])
      expect(await migrate(db, { folder })).toEqual(['20260102000000_text'])
      await db.execute("insert into notes (id, text) values (1, 'x')")
      expect(await pendingMigrations(db, { folder })).toEqual([])
    }))

  it('applies it once though several ask at the same time', () =>
    using(async (db) => {
      const folder = folderOf({ ...first, ...second })
      const applied = await Promise.all([1, 2, 3].map(() => migrate(db, { folder })))
      expect(applied.flat()).toEqual(['20260101000000_notes', '20260102000000_text'])
    }))

  it('applies nothing when one fails, and names it', () =>
    using(async (db) => {
      const folder = folderOf({ ...first, '20260103000000_bad': 'create table notes (id int)' })
      expect(await failure(migrate(db, { folder }))).toMatchObject({
        code: 'PLINTH_MIGRATION_FAILED',
        message:
          'The migration 20260103000000_bad failed, and nothing was applied: relation "notes" already exists (42P07)',
      })
      expect(await pendingMigrations(db, { folder })).toHaveLength(2)
      expect(await failure(db.execute('select * from notes'))).toBeInstanceOf(Error)
    }))

  it('runs a migration of several statements without breakpoints', () =>
    using(async (db) => {
      const folder = folderOf({ '20260101000000_both': 'create table a (); create table b ();' })
      await migrate(db, { folder })
      expect((await db.execute('select * from a, b')).rows).toEqual([])
    }))

  it('says that a folder is not there', () =>
    using(async (db) => {
      const error = await failure(migrate(db, { folder: join(root, 'nowhere') }))
      expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_FAILED' })
      expect(error.message).toContain('make them with drizzle-kit generate')
    }))
})

describe('migrate()', () => {
  it('by several processes at once applies everything once', async () => {
    const url = await newServerDatabase()
    const folder = folderOf({ ...first, ...second })
    const script = `const db = database('${url}'); console.log((await migrate(db, { folder: '${folder}' })).length)`
    const all = [1, 2, 3].map(() => child(script, { migrate: 'migrate.ts' }).ended())
    const printed = (await Promise.all(all)).map(({ output }) => output.trim())
    expect(printed.sort()).toEqual(['0', '0', '2'])
  })

  it('does not go through a pooler, and says why', async () => {
    const db = database('postgres://ann:secret@ep-cool-name-123-pooler.eu.neon.example/app')
    const error = await failure(migrate(db, { folder: folderOf(first) }))
    expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_FAILED' })
    expect(error.message).toContain('the same host without "-pooler"')
    expect(error.message).not.toContain('secret')
  })

  it('goes by the direct URL where one is given', async () => {
    const db = database('postgres://ann:secret@ep-cool-name-123-pooler.eu.neon.example/app')
    const directUrl = await newServerDatabase()
    expect(await migrate(db, { folder: folderOf(first), directUrl })).toHaveLength(1)
  })

  it('waits for another process only so long', async () => {
    const url = await newServerDatabase()
    const holder = database(url, { max: 1 })
    await holder.execute('select pg_advisory_lock(7305218443)')
    const db = database(url)
    const error = await failure(migrate(db, { folder: folderOf(first), wait: 200 }))
    expect(error.message).toContain('Another process has been migrating')
    await holder.close()
    expect(await migrate(db, { folder: folderOf(first) })).toHaveLength(1)
    await db.close()
  })
})
