// @module-tag postgres
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { database } from '../../src/database/database.ts'
import {
  type Databases,
  type MigrationProject,
  migrationProject,
  startDatabases,
} from '../support/migrations/project.ts'

const task = (fields: string): string =>
  `export const Task = model('tasks', { id: id(), title: z.string().max(100), ${fields} })`
const tool = (name: string): string =>
  fileURLToPath(new URL(`../../../../node_modules/.bin/${name}`, import.meta.url))

const made: MigrationProject[] = []
function project(url: string): MigrationProject {
  const one = migrationProject(url)
  made.push(one)
  return one
}
afterAll(() => {
  for (const one of made) one.remove()
})

const jsonOf = ({ stdout }: { stdout: string }): unknown => JSON.parse(stdout)
const names = ({ migrations }: MigrationProject): string[] => readdirSync(migrations).toSorted()

let databases: Databases
beforeAll(async () => {
  databases = await startDatabases()
})
afterAll(() => databases?.stop())

describe('plinth db', () => {
  let service: MigrationProject
  let url: string
  beforeAll(async () => {
    url = await databases.make()
    service = project(url)
  })

  it('reports problems until they are fixed', async () => {
    service.models(task(''))
    expect(await service.db('check', '--no-database')).toMatchObject({ code: 1 })
    expect((await service.db('migrate')).output).toContain('make them with plinth db generate')
    const written = jsonOf(await service.db('generate', '--json'))
    const [name = ''] = names(service)
    expect(written).toEqual({
      written: {
        name,
        file: join('migrations', name, 'migration.sql'),
        sql: service.newest(),
      },
      allowed: [],
    })
    expect(name).toMatch(/^\d{14}_create_tasks$/)
    expect(jsonOf(await service.db('generate', '--json'))).toEqual({ written: null })
    expect(await service.db('check', '--no-database')).toMatchObject({ code: 0 })
    const drift = await service.db('check', '--json')
    expect(drift.code).toBe(1)
    expect(jsonOf(drift)).toMatchObject({
      ok: false,
      drift: [{ between: 'migrations and database', message: expect.stringContaining(name) }],
    })
    expect(jsonOf(await service.db('migrate', '--json'))).toMatchObject({ applied: [name] })
    expect(jsonOf(await service.db('status', '--json'))).toMatchObject({
      applied: [{ name, appliedAt: expect.stringMatching(/^20/) }],
      pending: [],
    })
    expect(await service.db('check')).toMatchObject({ code: 0 })
    expect((await service.db('migrate')).output).toContain('up to date')
  })

  it('finds changes that were made outside of migrations', async () => {
    const run = async (text: string): Promise<void> => {
      const db = database(url, { max: 1 })
      await db.execute(text)
      await db.close()
    }
    await run('create table of_somebody_else (id int)')
    expect(await service.db('check')).toMatchObject({ code: 0 })
    await run('alter table tasks add column more text')
    const { code, stdout } = await service.db('check', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      drift: [
        {
          between: 'models and database',
          statements: ['ALTER TABLE "tasks" DROP COLUMN "more";'],
        },
      ],
    })
    await run('alter table tasks drop column more')
    expect(await service.db('check')).toMatchObject({ code: 0 })
  })

  it('writes the indexes of listings, and says when it cannot see them', async () => {
    const listed = project('pglite:memory')
    const note = `export const Note = model('notes', {
      id: id(), title: z.string().max(100), dueAt: z.date().nullable(), userId: owner() })`
    listed.models(note)
    const api = join(listed.root, 'src', 'api.ts')
    const blind = await listed.db('generate')
    expect(blind.output).toContain(
      `${api} does not exist, so the indexes of listings are not included`,
    )
    expect(blind.output).not.toContain('title_idx')
    writeFileSync(
      api,
      `import { app, listing, router } from 'plinth'
      import { Note } from './models.ts'
      const notes = listing(Note, { sort: ['-title', 'title', '-dueAt', 'dueAt'] })
      export const list = router('/notes').get('/', { query: notes.query }, () => null)
      export const api = app({ title: 'Notes', routes: { notes: { list } } })`,
    )
    const drift = await listed.db('check', '--no-database')
    expect(drift).toMatchObject({ code: 1 })
    expect(drift.output).toContain('notes_user_id_due_at_down_idx')
    const seen = await listed.db('generate')
    expect(seen).toMatchObject({ code: 0 })
    expect(seen.output).not.toContain('does not exist')
    const indexes = [
      '"notes_user_id_title_idx" ON "notes" ("user_id","title","id")',
      '"notes_user_id_due_at_idx" ON "notes" ("user_id","due_at","id")',
      '"notes_user_id_due_at_down_idx" ON "notes" ("user_id","due_at" DESC NULLS LAST,"id" DESC NULLS LAST)',
    ]
    for (const index of indexes) expect(listed.newest()).toContain(index)
    expect(listed.newest().match(/CREATE INDEX/g)).toHaveLength(3)
    expect(jsonOf(await listed.db('generate', '--json'))).toEqual({ written: null })
    writeFileSync(api, `throw new Error('it does not load')`)
    const broken = await listed.db('generate')
    expect(broken).toMatchObject({ code: 1 })
    expect(broken.output).toContain('it does not load')
  })

  it('accepts a migration that is written by hand, and checks it', async () => {
    expect(await service.db('generate', '--custom', '--name', 'Clean up!')).toMatchObject({
      code: 0,
    })
    const name = names(service).at(-1) ?? ''
    expect(name).toMatch(/_clean_up$/)
    const file = join(service.migrations, name, 'migration.sql')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}truncate tasks;\n`)
    const refused = await service.db('migrate')
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.output).toContain('truncate: it empties the table tasks; every row is lost')
    expect(await service.db('check')).toMatchObject({ code: 1 })
    writeFileSync(file, `-- plinth:allow truncate\n${text}truncate tasks;\n`)
    expect(await service.db('migrate')).toMatchObject({ code: 0 })
    expect(await service.db('check')).toMatchObject({ code: 0 })
    writeFileSync(file, '-- edited')
    const edited = await service.db('check', '--json')
    expect(jsonOf(edited)).toMatchObject({
      drift: [{ message: expect.stringContaining('edited after it was applied') }],
    })
    expect((await service.db('status')).output).toContain('edited after it was applied')
    writeFileSync(file, `-- plinth:allow truncate\n${text}truncate tasks;\n`)
  })

  it('refuses unknown rules and invalid names', async () => {
    const wrong = await service.db('generate', '--allow', 'drop-everything')
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.output).toContain('There is no rule "drop-everything"')
    expect(await service.db('generate', '--backfill', 'x')).toMatchObject({ code: 2 })
    service.models(`export const Task = model('a"b', { id: id() })`)
    expect((await service.db('generate', '--allow', 'drop-table')).output).toContain(
      'contains a quotation mark',
    )
    service.models(task(''))
  })

  it('detects two migrations of the same state, as from two branches', async () => {
    service.models(task('a: z.string().nullable()'))
    await service.db('generate', '--name', 'mine')
    const mine = names(service).at(-1) ?? ''
    const snapshot = join(service.migrations, mine, 'snapshot.json')
    const theirs = { ...JSON.parse(readFileSync(snapshot, 'utf8')), id: crypto.randomUUID() }
    await service.db('generate', '--custom', '--name', 'theirs')
    const other = join(service.migrations, names(service).at(-1) ?? '', 'snapshot.json')
    writeFileSync(other, JSON.stringify(theirs))
    const drift = await service.db('check', '--no-database')
    expect(drift).toMatchObject({ code: 1 })
    expect(drift.output).toContain('both made from the same state')
    expect((await service.db('generate')).output).toContain('both made from the same state')
  })
})

describe('plinth db, on an embedded database', () => {
  it('seeds, backs up before a migration, restores, and resets', async () => {
    const service = project('pglite:./.plinth/dev')
    service.models(task(''))
    expect(await service.db('generate')).toMatchObject({ code: 0 })
    expect((await service.db('migrate')).output).toContain('applied')
    expect((await service.db('seed')).output).toContain('The seed is missing')
    writeFileSync(
      join(service.root, 'src', 'seed.ts'),
      `import { Task } from './models.ts'
      export default async (db) => { await db.insert(Task).values([{ title: 'one' }, { title: 'two' }]) }`,
    )
    expect(await service.db('seed')).toMatchObject({ code: 0 })
    service.models(`export const Other = model('others', { id: id() })`)
    expect(await service.db('generate')).toMatchObject({ code: 1 })
    expect(await service.db('generate', '--allow', 'drop-table')).toMatchObject({ code: 0 })
    expect(await service.db('migrate')).toMatchObject({ code: 0 })
    const copies = readdirSync(join(service.root, '.plinth', 'backups'))
    expect(copies).toHaveLength(1)
    const asked = await service.db('reset', '--restore')
    expect(asked).toMatchObject({ code: 1 })
    expect(asked.output).toContain('Cannot ask without a terminal: use --yes')
    expect(await service.db('reset', '--restore', '--yes')).toMatchObject({ code: 0 })
    const titles = async (): Promise<unknown> => {
      const db = database(`pglite:${join(service.root, '.plinth', 'dev')}`)
      const { rows } = await db.execute('select title from tasks order by 1')
      await db.close()
      return rows
    }
    expect(await titles()).toEqual([{ title: 'one' }, { title: 'two' }])
    rmSync(join(service.migrations, names(service).at(-1) ?? ''), { recursive: true })
    service.models(task(''))
    const reset = await service.db('reset', '--yes', '--json')
    expect(jsonOf(reset)).toEqual({ applied: names(service), seeded: true })
    expect(await service.db('check')).toMatchObject({ code: 0 })
    expect(await titles()).toEqual([{ title: 'one' }, { title: 'two' }])
  })
})

describe('plinth db, on a server', () => {
  it('resets its database, and leaves other schemas alone', async () => {
    const url = await databases.make()
    const service = project(url)
    service.models(task(''))
    await service.db('generate')
    await service.db('migrate')
    const db = database(url, { max: 1 })
    await db.execute(sql`create schema auth; create table auth.user (id int)`)
    await db.execute(sql`insert into tasks (title) values ('x')`)
    expect(await service.db('reset', '--yes')).toMatchObject({ code: 0 })
    const { rows } = await db.execute(
      sql`select (select count(*)::int from tasks) as tasks, to_regclass('auth.user')::text as other`,
    )
    expect(rows).toEqual([{ tasks: 0, other: 'auth."user"' }])
    await db.close()
  })

  it('is refused on other machines, and through a pooler', async () => {
    const service = project('postgres://ann:secret@ep-cool-1-pooler.eu.neon.example/app')
    service.models(task(''))
    await service.db('generate')
    for (const command of ['reset', 'seed', 'studio']) {
      const { code, output } = await service.db(command)
      expect(code).toBe(1)
      expect(output).toContain('is not on this machine')
      expect(output).not.toContain('secret')
    }
  })

  it('writes files that drizzle-kit can read and continue', async () => {
    const service = project(await databases.make())
    const kit = (...args: string[]): string =>
      execFileSync(
        process.execPath,
        [tool('drizzle-kit'), ...args, '--dialect', 'postgresql', '--out', 'migrations'],
        { cwd: service.root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      )
    const schema = ['--schema', './src/models.ts']
    service.models(task(''))
    await service.db('generate')
    service.models(task('note: z.string().nullable(), level: z.enum(["a", "b"])'))
    await service.db('generate', '--allow', 'add-required-column')
    expect(kit('check')).toContain('Everything')
    expect(kit('generate', ...schema)).toContain('No schema changes')
    service.models(task('note: z.string().nullable()'))
    kit('generate', ...schema)
    expect(names(service)).toHaveLength(3)
    expect(jsonOf(await service.db('generate', '--json'))).toEqual({ written: null })
    service.models(task('remark: z.string().nullable()'))
    expect(await service.db('generate', '--rename', 'tasks.note:tasks.remark')).toMatchObject({
      code: 0,
    })
    expect(existsSync(join(service.migrations, names(service)[3] ?? '', 'snapshot.json'))).toBe(
      true,
    )
  })
})
