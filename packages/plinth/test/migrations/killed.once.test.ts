// @module-tag postgres
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, database } from '../../src/database/database.ts'
import { migrate } from '../../src/migrations/migrate.ts'
import { child } from '../support/child.ts'
import { repeats } from '../support/repeats.ts'
import { catalogOf } from '../support/postgres/catalog.ts'
import { cuttingProxy } from '../support/postgres/cutting-proxy.ts'
import { type Databases, startDatabases } from '../support/migrations/project.ts'

const rows = 10_000
const between = ';\n--> statement-breakpoint\n'

/** A migration in one transaction. */
const whole = [
  'alter table tasks add column a int',
  'update tasks set a = n where n % 2 = 0',
  'create table labels (id int primary key, text text not null)',
  "insert into labels select n, 'label ' || n from tasks where n % 10 = 0",
  'alter table tasks add column b int references labels (id)',
  'update tasks set b = n where n % 10 = 0',
  'create index tasks_a on tasks (a)',
  'alter table tasks rename column title to heading',
  'alter table tasks alter column heading type varchar(80)',
  "alter table tasks add column state text not null default 'open'",
  "alter table tasks add constraint tasks_state check (state in ('open', 'done'))",
  'drop table notes',
]

/** A migration in steps, one of each kind. */
const stepped = [
  'alter table tasks add column a int',
  '-- plinth:batches\nupdate tasks set a = n where a is null and ctid = any(array(select ctid from tasks where a is null limit 2500))',
  'alter table tasks add constraint tasks_a_filled check (a is not null) not valid',
  '-- plinth:alone\nalter table tasks validate constraint tasks_a_filled',
  'create unique index concurrently tasks_a_key on tasks (a)',
  'alter table tasks add constraint tasks_a_key unique using index tasks_a_key',
  'drop index concurrently tasks_title',
  'alter table tasks alter column a set not null',
  'alter table tasks drop constraint tasks_a_filled',
]

const root = mkdtempSync(join(tmpdir(), 'plinth-killed-'))
let databases: Databases
/** A database with rows and an applied migration. */
let before: string

const first = `create table tasks (n int primary key, title text not null);
insert into tasks select n, 'task ' || n from generate_series(1, ${rows}) n;
create index tasks_title on tasks (title); create table notes (id int)`

function folderOf(name: string, migrations: Readonly<Record<string, string>>): string {
  const folder = join(root, name)
  for (const [title, text] of Object.entries(migrations)) {
    mkdirSync(join(folder, title), { recursive: true })
    writeFileSync(join(folder, title, 'migration.sql'), text)
  }
  return folder
}

const folders: Record<string, string> = {}
beforeAll(async () => {
  databases = await startDatabases()
  before = await databases.make()
  const initial = { '20260101000000_first': first }
  await using_(before, (db) => migrate(db, { folder: folderOf('first', initial) }))
  const allow = '-- plinth:allow all\n'
  folders['whole'] = folderOf('whole', {
    ...initial,
    '20260102000000_second': allow + whole.join(between),
  })
  folders['stepped'] = folderOf('stepped', {
    ...initial,
    '20260102000000_second': allow + stepped.join(between),
  })
})
afterAll(async () => {
  rmSync(root, { recursive: true, force: true })
  await databases?.stop()
})

async function using_<T>(url: string, run: (db: Database) => Promise<T>): Promise<T> {
  const db = database(url, { max: 1 })
  try {
    return await run(db)
  } finally {
    await db.close()
  }
}

/** The schema, and the rows of the tables. */
const stateOf = (url: string): Promise<unknown> =>
  using_(url, async (db) => {
    const { rows: tables } = await db.execute<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
    )
    const contents: unknown[] = []
    for (const { name } of tables) {
      const { rows: found } = await db.execute(
        sql`select count(*), md5(string_agg(t::text, ',' order by t::text)) from ${sql.identifier(name)} t`,
      )
      contents.push([name, found[0]])
    }
    const { rows: ledger } = await db.execute(
      'select name from drizzle.__drizzle_migrations order by 1',
    )
    return { catalog: await catalogOf(db), contents, ledger }
  })

const migrator = (url: string, folder: string) =>
  child(
    `const db = database(${JSON.stringify(url)})
    console.log('applied', (await migrate(db, { folder: ${JSON.stringify(folder)} })).length)`,
    { migrate: 'migrations/migrate.ts' },
  )

/**
 * Runs a migrator that is killed at a message. Returns the number of messages if it is not killed.
 */
async function killedAt(url: string, folder: string, at: number): Promise<number> {
  const proxy = await cuttingProxy(url, {
    at,
    // Every other message reaches the server, which runs it although the client is gone.
    delivered: at % 2 === 0,
    run: () => void started.process.kill('SIGKILL'),
  })
  const started = migrator(proxy.url, folder)
  await started.ended()
  await proxy.close()
  await databases.idle(url)
  return proxy.sent
}

const points = repeats(20, 6)
const rounds = repeats(20, 4)
/**
 * The messages before the first statement: connecting, locking, and reading the applied migrations.
 */
const preamble = 3

describe.each(['whole', 'stepped'] as const)('a migration (%s) that is killed', (kind) => {
  it(`at ${points} points is applied completely or not at all, and the next run completes it`, async () => {
    const folder = folders[kind] ?? ''
    const clean = await databases.make(before)
    const messages = await killedAt(clean, folder, 0)
    const [nothing, everything] = [await stateOf(before), await stateOf(clean)]
    expect(everything).not.toEqual(nothing)
    await databases.idle(before)
    const seen: string[] = []
    for (let point = 0; point < points; point += 1) {
      const at = preamble + Math.round((point * (messages - preamble)) / (points - 1))
      const url = await databases.make(before)
      await killedAt(url, folder, at)
      const state = await stateOf(url)
      if (kind === 'whole') expect([nothing, everything]).toContainEqual(state)
      seen.push(JSON.stringify(state))
      const again = await migrator(url, folder).ended()
      expect(again.output).toMatch(/^applied [01]\n$/)
      expect(await stateOf(url)).toEqual(everything)
      await databases.idle(before)
    }
    // Before its start and after its end, and for one in steps, after each step.
    expect(new Set(seen).size).toBeGreaterThan(kind === 'whole' ? 1 : 3)
  })
})

describe('two migrators at once', () => {
  it(`apply everything once, ${rounds} times of ${rounds}`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const folder = folders[round % 2 === 0 ? 'whole' : 'stepped'] ?? ''
      const url = await databases.make(before)
      const both = [migrator(url, folder), migrator(url, folder)]
      const printed = (await Promise.all(both.map((one) => one.ended()))).map(
        ({ output }) => output,
      )
      expect(printed.toSorted()).toEqual(['applied 0\n', 'applied 1\n'])
      expect(await stateOf(url)).toMatchObject({
        ledger: [{ name: '20260101000000_first' }, { name: '20260102000000_second' }],
      })
      await databases.idle(before)
    }
  })
})
