// @module-tag postgres
// Models from a database with unusual names, types and constraints. On Postgres, for the extensions.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { database, type DatabaseOptions } from '../../src/database/database.ts'
import { serve } from '../support/adopt/adopted-project.ts'
import { oddDatabase } from '../support/adopt/odd-database.ts'
import {
  type Databases,
  type MigrationProject,
  migrationProject,
  startDatabases,
} from '../support/migrations/project.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
const tool = (name: string): string => at(`node_modules/.bin/${name}`)
const modelsOf = ({ root }: MigrationProject): string => join(root, 'src', 'models.ts')

interface Report {
  readonly models: readonly { readonly model: string; readonly table: string }[]
  readonly notes: readonly string[]
  readonly difference: readonly string[]
}

let server: Databases
const made: MigrationProject[] = []
beforeAll(async () => {
  server = await startDatabases()
})
afterAll(async () => {
  for (const one of made) one.remove()
  await server?.stop()
})

function project(url: string, options: DatabaseOptions = {}): MigrationProject {
  const one = migrationProject(url, options)
  made.push(one)
  return one
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const db = database(url, { max: 1 })
  for (const statement of statements) await db.execute(statement)
  await db.close()
}

/** Makes a database and pulls it. */
async function pulled(statements: readonly string[], ...args: readonly string[]) {
  const url = await server.make()
  await run(url, statements)
  const service = project(url)
  const ran = await service.db('pull', '--json', ...args)
  expect(ran, ran.output).toMatchObject({ code: 0 })
  return { url, service, report: JSON.parse(ran.stdout) as Report }
}

describe('a database with everything that is unusual', () => {
  let odd: Awaited<ReturnType<typeof pulled>>
  beforeAll(async () => {
    odd = await pulled(oddDatabase)
  })

  it('becomes models that compile, are formatted, and match it', () => {
    const { service, report } = odd
    expect(report.difference).toEqual([])
    const { root } = service
    copyFileSync(at('.oxfmtrc.json'), join(root, '.oxfmtrc.json'))
    execFileSync(tool('oxfmt'), ['--check', 'src/models.ts'], { cwd: root })
    const config = { extends: at('tsconfig.json'), include: ['src/models.ts'] }
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(config))
    execFileSync(tool('tsc'), ['--noEmit', '--singleThreaded', '-p', root])
  })

  it('gives a new database the same tables, by its first migration', async () => {
    const { service } = odd
    const baseline = await service.db('baseline')
    expect(baseline, baseline.output).toMatchObject({ code: 0 })
    expect(service.newest()).toMatch(/^CREATE EXTENSION IF NOT EXISTS citext;/)
    const file = join(service.root, 'src', 'database.ts')
    const before = readFileSync(file, 'utf8')
    onTestFinished(() => writeFileSync(file, before))
    const empty = await server.make()
    writeFileSync(
      file,
      `import { database } from 'plinth'\nexport const db = database('${empty}')\n`,
    )
    const migrated = await service.db('migrate')
    expect(migrated, migrated.output).toMatchObject({ code: 0 })
    const check = await service.db('check')
    expect(check, check.output).toMatchObject({ code: 0 })
  })

  it('is served: rows of every type are read, created and updated', async () => {
    const { service, url } = odd
    await run(url, [
      `insert into odd (id, c, e, ad, tags, roles, matrix, b, i, m, x, ts, r, p, iv, bits, tm, tz, num, bi, doms)
        values ('one', 'ABC', 'a@b.c', row('s', 'z'), '{a,"b c"}', '{USER,"it''s"}', '{{1,2},{3,4}}', '\\xcafe',
        '10.0.0.0/8', 12.5, '<a/>', 'fat cat', '[1,5)', '(1.5,2)', '-1 day 02:03', '10101', '10:11:12.123',
        '10:11:12+02', 'NaN', 1, '{a@b.c,d@e.f}')`,
    ])
    const row = {
      id: 'two',
      c: 'x',
      tags: ['t"1', 'ü'],
      roles: ['ADMIN'],
      matrix: [[1], [2]],
      b: 'aGVsbG8=',
      p: [1, 2],
      ad: '(a,b)',
      r: '[2,3)',
      iv: '02:00:00',
      bi: 2,
      doms: ['a@b.c'],
      x: '<b/>',
      num: '1.25',
      tm: '01:02:03',
    }
    const change = { roles: ['USER', "it's"], b: 'AA==', doms: [] }
    const responses = await serve(service.root, 'Odd', [
      ['GET', '/rows', undefined, 200],
      ['POST', '/rows', row, 201],
      ['PATCH', '/rows/two', change, 200],
    ])
    expect(responses).toMatchObject([
      {
        status: 200,
        body: {
          items: [
            {
              ad: '(s,z)',
              tags: ['a', 'b c'],
              roles: ['USER', "it's"],
              matrix: [
                [1, 2],
                [3, 4],
              ],
              b: 'yv4=',
              p: [1.5, 2],
              iv: '-1 days +02:03:00',
              tm: '10:11:12.123',
              num: 'NaN',
              q: 0,
              doms: ['a@b.c', 'd@e.f'],
            },
          ],
        },
      },
      { status: 201, body: row },
      { status: 200, body: { ...row, ...change } },
    ])
  })

  it('names what a model cannot say', () => {
    const { report } = odd
    const notes = report.notes.join('\n')
    for (const words of [
      'a_side: the constraint a_b_fk is deferrable',
      'excl: the exclusion constraint excl_during_excl is written as its index',
      'nn has no primary key',
      'odd.c is citext, which has no schema of its own',
      'odd.q is qty, a domain over integer',
      'odd: the index odd_u has INCLUDE columns',
      'parts is partitioned',
      'v is a view',
      'mv is a materialized view',
      'checks: the constraint both_of is NOT VALID',
    ])
      expect(notes).toContain(words)
    expect(report.models.map(({ table }) => table)).not.toContain('parts_2026')
  })

  it('is left alone where models cannot describe it: virtual columns, types, sequences', async () => {
    const { service, report } = await pulled([
      'create table t (id int primary key, a int not null, v int generated always as (a + 1) virtual)',
      `create type unused as enum ('a')`,
      'create sequence unused_numbers',
    ])
    expect(report.notes).toEqual([
      't.v is a virtual generated column, which a model cannot have: it is left out',
    ])
    expect(report.difference).toEqual([])
    expect(await service.db('baseline')).toMatchObject({ code: 0 })
    expect(await service.db('check')).toMatchObject({ code: 0 })
  })

  it('of several schemas is read with --schema, and other schemas are named', async () => {
    const statements = [
      'create schema auth',
      'create table auth.users (id uuid primary key default gen_random_uuid(), email text unique)',
      'create table notes (id bigint primary key generated always as identity, user_id uuid references auth.users (id))',
    ]
    const { report, service } = await pulled(statements)
    const models = readFileSync(join(service.root, 'src', 'models.ts'), 'utf8')
    expect(models).toContain("id: serialId({ type: 'bigint' })")
    expect(models).toContain("import { foreignKey, pgSchema, uuid } from 'drizzle-orm/pg-core'")
    expect(report.notes).toEqual([
      'notes: the foreign key notes_user_id_fkey refers to auth.users, which is not pulled: a new database needs that table before the first migration',
      'the schema auth has tables too (1): add it with --schema auth',
    ])
    expect(report.difference).toEqual([])
    const both = await service.db(
      'pull',
      '--force',
      '--json',
      '--schema',
      'public',
      '--schema',
      'auth',
    )
    expect(JSON.parse(both.stdout)).toMatchObject({
      models: [
        { model: 'User', table: 'auth.users' },
        { model: 'Note', table: 'notes' },
      ],
      difference: [],
    })
    expect(await service.db('baseline')).toMatchObject({ code: 0 })
    expect(await service.db('check')).toMatchObject({ code: 0 })
  })
})

it('foreign keys become references, from which relations follow, whatever they are called', async () => {
  const { url, service } = await pulled([
    'create table accounts (id bigserial primary key, name varchar(50) not null)',
    `create table memberships (account_id bigint not null, person text not null, primary key (account_id, person),
      constraint fk_rails_8ab1e5f4a2 foreign key (account_id) references accounts (id) on update cascade)`,
    `insert into accounts (name) values ('Ann')`,
    `insert into memberships values (1, 'bob')`,
  ])
  writeFileSync(
    join(service.root, 'src', 'load.ts'),
    `import { database, relationsOf } from 'plinth'
import { Account, Membership } from './models.ts'
const db = database('${url}', { relations: relationsOf({ Account, Membership }) })
console.log(JSON.stringify(await db.query.Account.findMany({ with: { memberships: true } })))
await db.close()
`,
  )
  const loaded = execFileSync(process.execPath, ['src/load.ts'], {
    cwd: service.root,
    encoding: 'utf8',
  })
  expect(JSON.parse(loaded)).toEqual([
    { id: 1, name: 'Ann', memberships: [{ accountId: 1, person: 'bob' }] },
  ])
})

describe('plinth db pull', () => {
  it('reads a database without rights on its tables', async () => {
    const url = await server.make()
    await run(url, [
      'create table t (id int primary key, name text)',
      `do $$ begin if not exists (select from pg_roles where rolname = 'reader') then
        create role reader login password 'reader'; end if; end $$`,
    ])
    const service = project(url.replace('postgres:postgres@', 'reader:reader@'))
    const ran = await service.db('pull')
    expect(ran, ran.output).toMatchObject({ code: 0 })
    expect(ran.output).toContain('The models match the database')
    const baseline = await service.db('baseline')
    expect(baseline).toMatchObject({ code: 1 })
    expect(baseline.output).toContain('permission denied for database')
    expect(baseline.output).toContain('with a role that may create the schema "drizzle"')
  })

  it('says where tables are if a schema has none, and writes nothing', async () => {
    const url = await server.make()
    const service = project(url)
    const empty = await service.db('pull')
    expect(empty).toMatchObject({ code: 1 })
    expect(empty.output).toContain('No other schema has any')
    await run(url, ['create table t (id int primary key)'])
    const other = await service.db('pull', '--schema', 'other')
    expect(other).toMatchObject({ code: 1 })
    expect(other.output).toContain('Tables are in: public (1). Name a schema with --schema')
  })

  it('writes nothing if the server cannot be reached', async () => {
    const service = project('postgres://ann:pw@127.0.0.1:1/app', { connectTimeout: 500 })
    const ran = await service.db('pull')
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.output).toContain('PLINTH_DATABASE_UNAVAILABLE')
    expect(ran.output).not.toContain('pw')
    expect(existsSync(modelsOf(service))).toBe(false)
  })
})

describe('plinth db baseline', () => {
  it('refuses with the differences, and records nothing', async () => {
    const { url, service } = await pulled(['create table t (id int primary key, name varchar(10))'])
    await run(url, ['alter table t alter name type varchar(20)'])
    const ran = await service.db('baseline', '--json')
    expect(ran).toMatchObject({ code: 1 })
    const { error } = JSON.parse(ran.stdout) as { error: { code: string; message: string } }
    expect(error.code).toBe('PLINTH_BASELINE_REFUSED')
    expect(error.message).toContain('ALTER TABLE "t" ALTER COLUMN "name" SET DATA TYPE varchar(10)')
    const db = database(url, { max: 1 })
    const { rows } = await db.execute(sql`select to_regnamespace('drizzle') as schema`)
    await db.close()
    expect(rows).toEqual([{ schema: null }])
  })

  it('records a first migration that was generated before', async () => {
    const { service } = await pulled(['create table t (id int primary key, name varchar(10))'])
    expect(await service.db('generate', '--name', 'first')).toMatchObject({ code: 0 })
    const failed = await service.db('migrate')
    expect(failed).toMatchObject({ code: 1 })
    expect(failed.output).toContain('record it as applied with plinth db baseline')
    const ran = await service.db('baseline')
    expect(ran, ran.output).toMatchObject({ code: 0 })
    expect(ran.output).toMatch(/recorded \d{14}_first\n/)
    expect((await service.db('migrate')).output).toContain('up to date')
  })

  it('refuses when the models changed since the migration', async () => {
    const { service } = await pulled(['create table t (id int primary key, name varchar(10))'])
    await service.db('generate', '--name', 'first')
    const source = readFileSync(modelsOf(service), 'utf8')
    writeFileSync(modelsOf(service), source.replace('max(10)', 'max(30)'))
    const ran = await service.db('baseline')
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.output).toContain('The models changed since the migration')
  })

  it('refuses a database with applied and pending migrations', async () => {
    const service = project(await server.make())
    service.models(`export const T = model('t', { id: id() })`)
    await service.db('generate')
    await service.db('migrate')
    expect((await service.db('baseline')).output).toContain('recorded as applied already')
    service.models(`export const T = model('t', { id: id(), name: z.string().nullable() })`)
    await service.db('generate')
    const ran = await service.db('baseline')
    expect(ran).toMatchObject({ code: 1 })
    expect(ran.output).toContain('Apply the pending ones with plinth db migrate')
  })

  it('waits for no lock on a table', async () => {
    const { url, service } = await pulled(['create table t (id int primary key, name varchar(10))'])
    const busy = database(url, { max: 1 })
    await busy.execute('begin')
    await busy.execute('lock table t in access exclusive mode')
    const ran = await service.db('baseline')
    await busy.execute('rollback')
    await busy.close()
    expect(ran, ran.output).toMatchObject({ code: 0 })
  })
})

it('plinth db push names the commands to use instead', async () => {
  const ran = await project('pglite:memory').db('push', '--force')
  expect(ran).toMatchObject({ code: 2 })
  expect(ran.output).toContain(
    'Plinth writes migrations: plinth db generate, then plinth db migrate',
  )
})
