import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { index, pgEnum, pgSchema, pgSequence, pgTable, pgView, text } from 'drizzle-orm/pg-core'
import { afterAll, describe, expect, it } from 'vitest'
import { fromTable, id, model } from 'plinth'
import { testDatabase } from 'plinth/testing'
import { generateMigration } from '../../src/migrations/generate/generate-migration.ts'
import { migrationProject } from '../support/migrations/project.ts'

const folder = '/nonexistent/plinth/migrations'
const Note = model('notes', { id: id() })
const notes = pgTable('notes', { text: text('text') })
const auth = pgSchema('auth')
const Account = fromTable(pgTable('accounts', { name: text('name') }))

describe('a table', () => {
  it('that is exported under several names is one table', async () => {
    const db = await testDatabase({
      models: { Note, Alias: Note, default: Note, Account, again: Account },
    })
    expect((await db.execute(`select count(*)::int as count from notes`)).rows).toEqual([
      { count: 0 },
    ])
    await db.close()
  })

  it('of the same name in another schema is another table', async () => {
    const own = auth.table('notes', { text: text('text') })
    const same = pgSchema('auth')
    const db = await testDatabase({ models: { Note, auth, same, own } })
    await db.execute('select from notes, auth.notes')
    await db.close()
  })

  it('may use an enum that two modules declare alike', async () => {
    const one = pgEnum('level', ['low'])
    const db = await testDatabase({ models: { one, two: pgEnum('level', ['low']) } })
    await db.close()
  })
})

describe('two declarations of one name', () => {
  const view = pgView('notes').as((query) => query.select().from(notes))
  const inAuth = auth.table('users', { text: text('text') })
  it.each<[Record<string, unknown>, string]>([
    [{ Note, notes }, 'declare "notes": Note (table) and notes (table)'],
    [{ Note, Other: model('notes', { id: id() }) }, 'Note (table) and Other (table)'],
    [{ Note, view }, 'Note (table) and view (view)'],
    [{ Note, counter: pgSequence('notes') }, 'Note (table) and counter (sequence)'],
    [
      { auth, inAuth, again: auth.table('users', {}) },
      'declare "auth.users": inAuth (table) and again (table)',
    ],
    [{ a: pgEnum('level', ['low']), b: pgEnum('level', ['high']) }, 'a (enum) and b (enum)'],
    [
      { Account, again: fromTable(pgTable('accounts', { name: text('name') })) },
      'Account (table) and again (table)',
    ],
  ])('are refused with both names', async (models, message) => {
    const error = { code: 'PLINTH_MODEL_INVALID', message: expect.stringContaining(message) }
    await expect(testDatabase({ models })).rejects.toMatchObject(error)
    await expect(generateMigration({ folder, models })).rejects.toMatchObject(error)
  })

  it('are refused in a list, by their place', async () => {
    await expect(testDatabase({ models: [Note, Account, notes] })).rejects.toThrow(
      'models[0] (table) and models[2] (table)',
    )
  })

  it('of indexes and columns are refused too, and end no process', async () => {
    const one = pgTable('one', { text: text('text') }, (table) => [index('by_text').on(table.text)])
    const two = pgTable('two', { text: text('text') }, (table) => [index('by_text').on(table.text)])
    const columns = pgTable('columns', { a: text('a'), b: text('a') })
    const refused = { code: 'PLINTH_MODEL_INVALID' }
    const all = await Promise.allSettled([
      testDatabase({ models: { one, two } }),
      testDatabase({ models: { columns } }),
    ])
    expect(all).toMatchObject([
      { status: 'rejected', reason: { ...refused, message: expect.stringContaining(`'by_text'`) } },
      { status: 'rejected', reason: { ...refused, message: expect.stringContaining(`'a'`) } },
    ])
  })
})

describe('plinth db generate', () => {
  const service = migrationProject('pglite:memory')
  afterAll(() => service.remove())

  it('writes a migration for a table with a default export', async () => {
    service.models(`export const Note = model('notes', { id: id() })`, 'export default Note')
    expect(await service.db('generate')).toMatchObject({ code: 0 })
  })

  it('names the files of two tables with one name', async () => {
    const tables = join(service.root, 'src', 'tables')
    mkdirSync(tables)
    const write = (file: string, name: string) =>
      writeFileSync(
        join(tables, file),
        `import { id, model } from 'plinth'\nexport const ${name} = model('notes', { id: id() })\n`,
      )
    write('one.ts', 'Note')
    write('two.ts', 'Memo')
    writeFileSync(
      join(tables, 'all.ts'),
      `export * from './one.ts'\nexport { Memo } from './two.ts'\n`,
    )
    service.models(`export * from './tables/all.ts'`)
    const { code, output } = await service.db('generate')
    expect(code).toBe(1)
    expect(output).toContain(
      'Two exports of the models declare "notes": Memo (table, src/tables/two.ts) and Note (table, src/tables/one.ts). Rename one of them, or export only one (PLINTH_MODEL_INVALID)',
    )
  })
})
