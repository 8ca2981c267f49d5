// @module-tag postgres
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../../test/support/postgres/postgres-server.ts'
import { type Database, database } from '../database/database.ts'
import { migrate, migrationStatus, pendingMigrations } from './migrate.ts'
import { child } from '../../test/support/child.ts'
import { failure } from '../../test/support/database-contract/tables.ts'

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
/** Writes a folder in drizzle-kit's layout. */
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
/** A transaction, batches, and a statement that cannot run in a transaction. */
const inSteps = `alter table notes add column text text;
--> statement-breakpoint
-- plinth:batches
update notes set text = 'none' where ctid = any(array(select ctid from notes where text is null limit 10));
--> statement-breakpoint
create index concurrently notes_text on notes (text);`

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

  it('applies new migrations in order, once', () =>
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

  it('applies a migration once for concurrent calls', () =>
    using(async (db) => {
      const folder = folderOf({ ...first, ...second })
      const applied = await Promise.all([1, 2, 3].map(() => migrate(db, { folder })))
      expect(applied.flat()).toEqual(['20260101000000_notes', '20260102000000_text'])
    }))

  it('rolls back a failed migration, and names it', () =>
    using(async (db) => {
      const folder = folderOf({
        ...first,
        '20260103000000_bad': 'create table more (); create table notes (id int)',
      })
      expect(await failure(migrate(db, { folder }))).toMatchObject({
        code: 'PLINTH_MIGRATION_FAILED',
        message:
          'The migration 20260103000000_bad failed, and nothing was applied: relation "notes" already exists (42P07)',
      })
      expect(await pendingMigrations(db, { folder })).toEqual(['20260103000000_bad'])
      expect(await failure(db.execute('select * from more'))).toBeInstanceOf(Error)
    }))

  it('reports the applied migrations with their times', () =>
    using(async (db) => {
      const folder = folderOf(first)
      await migrate(db, { folder })
      add(folder, second)
      add(folder, { '20250101000000_late': 'create table late ()' })
      const { applied, ...rest } = await migrationStatus(db, { folder })
      expect(applied).toEqual([{ name: '20260101000000_notes', appliedAt: expect.any(Date) }])
      expect(Math.abs(Number(applied[0]?.appliedAt) - Date.now())).toBeLessThan(60_000)
      expect(rest).toEqual({
        pending: ['20250101000000_late', '20260102000000_text'],
        late: ['20250101000000_late'],
        changed: [],
        unknown: [],
        begun: undefined,
      })
      expect(await migrationStatus(db, { folder: folderOf(second) })).toMatchObject({
        unknown: ['20260101000000_notes'],
      })
    }))

  it('refuses a migration that was edited after it was applied, except for line endings', () =>
    using(async (db) => {
      const folder = folderOf(first)
      await migrate(db, { folder })
      const file = join(folder, '20260101000000_notes', 'migration.sql')
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'))
      add(folder, second)
      expect(await migrate(db, { folder })).toHaveLength(1)
      writeFileSync(file, 'create table notes (id bigint primary key)')
      const error = await failure(migrate(db, { folder }))
      expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_CHANGED' })
      expect(error.message).toContain(file)
      expect((await migrationStatus(db, { folder })).changed).toEqual(['20260101000000_notes'])
    }))

  it('refuses to lose rows, unless that is allowed', () =>
    using(async (db) => {
      const folder = folderOf(first)
      await migrate(db, { folder })
      add(folder, { '20260104000000_gone': 'drop table notes' })
      const error = await failure(migrate(db, { folder }))
      expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_UNSAFE' })
      expect(error.message).toContain('drop-table: it drops the table notes')
      expect(error.message).toContain('--allow drop-table')
      await db.execute('select * from notes')
      expect(await migrate(db, { folder, allow: ['drop-table'] })).toHaveLength(1)
    }))

  it('refuses nothing on new tables', () =>
    using(async (db) => {
      const folder = folderOf({ ...first, '20260104000000_gone': 'drop table notes' })
      expect(await migrate(db, { folder })).toHaveLength(2)
    }))

  it('applies a migration in steps if its parts cannot share a transaction', () =>
    using(async (db) => {
      const folder = folderOf(first)
      await migrate(db, { folder })
      await db.execute('insert into notes (id) select generate_series(1, 25)')
      add(folder, { '20260105000000_steps': inSteps })
      expect(await migrate(db, { folder })).toEqual(['20260105000000_steps'])
      const { rows } = await db.execute(
        "select count(*) filter (where text = 'none') as filled, to_regclass('notes_text') is not null as indexed from notes",
      )
      expect(rows).toEqual([{ filled: '25', indexed: true }])
      expect(
        (await db.execute("select to_regclass('drizzle.__plinth_migration_steps') as it")).rows,
      ).toEqual([{ it: null }])
    }))

  it('resumes an interrupted migration once the remaining steps are corrected', () =>
    using(async (db) => {
      const folder = folderOf(first)
      await migrate(db, { folder })
      await db.execute('insert into notes (id) select generate_series(1, 25)')
      const name = '20260105000000_steps'
      const wrong = inSteps.replace("'none'", "'none'::date::text")
      add(folder, { [name]: wrong })
      const error = await failure(migrate(db, { folder }))
      expect(error.message).toContain('in step 2 of 3; the steps before it are applied')
      expect((await migrationStatus(db, { folder })).begun).toEqual({ name, done: 1, of: 3 })
      writeFileSync(join(folder, name, 'migration.sql'), inSteps.replace('text text', 'text date'))
      expect((await failure(migrate(db, { folder }))).message).toContain('have been edited since')
      writeFileSync(join(folder, name, 'migration.sql'), inSteps)
      expect(await migrate(db, { folder })).toEqual([name])
    }))

  it('stops batches that never end', () =>
    using(async (db) => {
      const endless = '-- plinth:batches\nupdate a set b = b where b = 1'
      const folder = folderOf({
        '20260101000000_a': `create table a (b int); insert into a values (1);--> statement-breakpoint\n${endless}`,
      })
      const error = await failure(migrate(db, { folder }))
      expect(error.message).toContain('never ends')
    }))

  it('runs a migration of several statements without breakpoints', () =>
    using(async (db) => {
      const folder = folderOf({ '20260101000000_both': 'create table a (); create table b ();' })
      await migrate(db, { folder })
      expect((await db.execute('select * from a, b')).rows).toEqual([])
    }))

  it('reports a missing folder', () =>
    using(async (db) => {
      const error = await failure(migrate(db, { folder: join(root, 'nowhere') }))
      expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_FAILED' })
      expect(error.message).toContain('make them with plinth db generate')
    }))
})

describe('migrate()', () => {
  it('applies everything once for several processes', async () => {
    const url = await newServerDatabase()
    const folder = folderOf({ ...first, ...second })
    const script = `const db = database('${url}'); console.log((await migrate(db, { folder: '${folder}' })).length)`
    const all = [1, 2, 3].map(() => child(script, { migrate: 'migrations/migrate.ts' }).ended())
    const printed = (await Promise.all(all)).map(({ output }) => output.trim())
    expect(printed.sort()).toEqual(['0', '0', '2'])
  })

  it('refuses a connection pooler, with the reason', async () => {
    const db = database('postgres://ann:secret@ep-cool-name-123-pooler.eu.neon.example/app')
    const error = await failure(migrate(db, { folder: folderOf(first) }))
    expect(error).toMatchObject({ code: 'PLINTH_MIGRATION_FAILED' })
    expect(error.message).toContain('the same host without "-pooler"')
    expect(error.message).not.toContain('secret')
  })

  it('uses the direct URL if there is one', async () => {
    const db = database('postgres://ann:secret@ep-cool-name-123-pooler.eu.neon.example/app')
    const directUrl = await newServerDatabase()
    expect(await migrate(db, { folder: folderOf(first), directUrl })).toHaveLength(1)
  })

  it('stops waiting for another process after the timeout', async () => {
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
