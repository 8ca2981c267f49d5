// @module-tag postgres
import { sql } from 'drizzle-orm'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, database } from '../../src/database/database.ts'
import { type Code, type Load, startLoad } from '../support/migrations/load.ts'
import {
  type Databases,
  type MigrationProject,
  migrationProject,
  startDatabases,
} from '../support/migrations/project.ts'
import { settledOutput } from '../docs/settled-output.ts'
import { shownOutput } from '../docs/shown-output.ts'

const rows = 10_000
const project = `export const Project = model('projects', { id: id() })`
const fields = {
  title: 'z.string().max(100)',
  state: "z.enum(['open', 'done']).default('open')",
  note: 'z.string().nullable()',
  amount: 'z.int32().default(0)',
  code: 'z.uuid()',
  projectId: 'z.uuid().nullable()',
  createdAt: 'createdAt()',
}

/** A change of the model, and the expected result. */
interface Change {
  readonly name: string
  /** The changed fields; `null` removes one. */
  readonly fields: Readonly<Record<string, string | null>>
  /** The flags that are refused, and the message. */
  readonly refused?: readonly (readonly [flags: readonly string[], says: readonly string[]])[]
  /** The flags that write the migration. */
  readonly flags?: readonly string[]
  /** The expected content of the migration. */
  readonly sql: readonly string[]
  /** Errors that the old code gets until the new code is deployed. */
  readonly stated?: readonly string[]
  /** The new code. */
  readonly code?: Code
}

const id = sql`gen_random_uuid()`
const oldCode: Code = {
  values: { note: sql`'a note'`, amount: sql`1`, code: id },
  reads: ['id', 'title', 'note', 'amount'],
}
const withoutAmount: Code = {
  values: { remark: sql`'a note'`, code: id },
  reads: ['id', 'title', 'remark'],
}

const walk: readonly Change[] = [
  {
    name: 'a field with a generated value per row',
    fields: { token: 'field(z.uuid(), { default: sql`gen_random_uuid()` })' },
    sql: ['ADD COLUMN "token" uuid;', '-- plinth:batches\nUPDATE "tasks" SET "token" = DEFAULT'],
  },
  {
    name: 'another name',
    fields: { note: null, remark: 'z.string().nullable()' },
    refused: [
      [[], ['--rename tasks.note:tasks.remark', '--allow drop-column', 'PLINTH_MIGRATION_UNCLEAR']],
      [['--rename', 'tasks.not:tasks.remark'], ['fits nothing']],
    ],
    flags: ['--rename', 'tasks.note:tasks.remark'],
    sql: ['RENAME COLUMN "note" TO "remark"', '-- plinth:allow rename-column'],
    stated: ['42703'],
    code: { ...oldCode, ...withoutAmount, reads: ['id', 'title', 'remark', 'amount'] },
  },
  {
    name: 'tighter limits and a required value',
    fields: { title: 'z.string().min(3).max(100)', remark: 'z.string()' },
    refused: [[[], ['set-not-null', '--backfill tasks.remark=', 'PLINTH_MIGRATION_UNSAFE']]],
    flags: ['--backfill', "tasks.remark='none'"],
    sql: [
      'CHECK (char_length("title") >= 3) NOT VALID',
      'CHECK ("remark" IS NOT NULL) NOT VALID',
      '-- plinth:alone\nALTER TABLE "tasks" VALIDATE CONSTRAINT "tasks_remark_filled"',
    ],
  },
  {
    name: 'a removed field',
    fields: { amount: null },
    refused: [[[], ['drop-column', 'its values are lost', 'Safely:', '--allow drop-column']]],
    flags: ['--allow', 'drop-column'],
    sql: ['-- plinth:allow drop-column', 'DROP COLUMN "amount"'],
    code: withoutAmount,
  },
  {
    name: 'an added enum value',
    fields: { state: "z.enum(['open', 'waiting', 'done']).default('open')" },
    sql: [`in ('open', 'waiting', 'done')) NOT VALID`, 'VALIDATE CONSTRAINT "tasks_state_enum"'],
  },
  {
    name: 'a unique value',
    fields: { code: 'field(z.uuid(), { unique: true })' },
    sql: [
      '-- plinth:alone\nCREATE UNIQUE INDEX CONCURRENTLY "tasks_code_key"',
      'UNIQUE USING INDEX "tasks_code_key"',
    ],
  },
  {
    name: 'a foreign key',
    fields: { projectId: 'field(z.uuid().nullable(), { references: () => Project.id })' },
    sql: ['REFERENCES "projects"("id") NOT VALID', 'VALIDATE CONSTRAINT "tasks_project_id_fkey"'],
  },
  {
    name: 'an index',
    fields: { token: 'field(z.uuid(), { default: sql`gen_random_uuid()`, index: true })' },
    sql: ['-- plinth:alone\nCREATE INDEX CONCURRENTLY "tasks_token_idx"'],
  },
  {
    name: 'another default',
    fields: { state: "z.enum(['open', 'waiting', 'done']).default('waiting')" },
    sql: [`ALTER COLUMN "state" SET DEFAULT 'waiting'`],
  },
  {
    name: 'another type',
    fields: { title: 'z.string().min(3)', size: 'z.int32().default(1)' },
    sql: ['SET DATA TYPE text;', `ADD COLUMN "size" integer DEFAULT 1 NOT NULL`],
  },
  {
    name: 'a type that rewrites the table',
    fields: { size: 'z.int().default(1)' },
    refused: [
      [
        [],
        [
          'change-type',
          'from integer to bigint',
          'while reads and writes of the table are blocked',
        ],
      ],
    ],
    flags: ['--allow', 'change-type'],
    sql: ['SET DATA TYPE bigint', '-- plinth:allow change-type'],
  },
]

let databases: Databases
let service: MigrationProject
let db: Database
let load: Load
const now: Record<string, string> = { ...fields }
const write = (): void => {
  const lines = Object.entries(now).map(([name, schema]) => `  ${name}: ${schema},`)
  service.models(
    project,
    `export const Task = model('tasks', {\n  id: id(),\n${lines.join('\n')}\n})`,
  )
}

beforeAll(async () => {
  databases = await startDatabases()
  const url = await databases.make()
  service = migrationProject(url)
  db = database(url)
  write()
  expect(await service.db('generate')).toMatchObject({ code: 0 })
  expect(await service.db('migrate')).toMatchObject({ code: 0 })
  await db.execute(
    sql`insert into tasks (title, code, note) select 'task ' || n, gen_random_uuid(), case when n % 2 = 0 then 'even' end
      from generate_series(1, ${rows}) n`,
  )
  load = startLoad(url, oldCode)
})
afterAll(async () => {
  await load?.stop()
  await db?.close()
  service?.remove()
  await databases?.stop()
})

describe('a model that changes under load', () => {
  it.each(walk)(
    'changes by $name',
    async ({ fields: changed, refused = [], flags = [], sql: parts, stated = [], code }) => {
      for (const [name, schema] of Object.entries(changed)) {
        if (schema === null) delete now[name]
        else now[name] = schema
      }
      write()
      for (const [given, says] of refused) {
        const ran = await service.db('generate', ...given)
        expect(ran.code).toBe(1)
        for (const text of says) expect(ran.output).toContain(text)
      }
      // The code that no longer uses a column is deployed before the column is removed.
      if (code !== undefined && stated.length === 0) await load.deploy(code)
      expect(await service.db('generate', ...flags)).toMatchObject({ code: 0 })
      for (const part of parts) expect(service.newest()).toContain(part)
      await sleep(10)
      load.succeeded()
      expect(load.failed()).toEqual([])
      expect(await load.during(() => service.db('migrate'))).toMatchObject({ code: 0 })
      if (code !== undefined && stated.length > 0) await load.deploy(code)
      await sleep(10)
      const failed = load.failed()
      if (stated.length === 0) expect(failed).toEqual([])
      else expect(new Set(failed)).toEqual(new Set(stated))
      expect(load.succeeded()).toBeGreaterThan(0)
    },
  )

  it('has no differences at the end, and no row is lost', async () => {
    expect(await service.db('check')).toMatchObject({ code: 0 })
    await load.stop()
    const { rows: found } = await db.execute(
      sql`select count(*)::int as count, count(*) filter (where title like 'task %' or title in ('a task', 'a changed task'))::int as known,
        count(distinct token)::int as tokens, count(*) filter (where remark = 'none')::int as filled from tasks`,
    )
    const count = rows + load.inserted
    expect(found).toEqual([{ count, known: count, tokens: count, filled: rows / 2 }])
  })
})

/** The number of statements in a database that wait for a lock. */
async function waitingFor(url: string): Promise<number> {
  const name = new URL(url).pathname.slice(1)
  const { rows: found } = await db.execute(
    sql`select pid from pg_stat_activity where datname = ${name} and wait_event_type = 'Lock'`,
  )
  return found.length
}

describe('a migration that waits for a lock', () => {
  it('gives up soon, lets other statements run, and retries', async () => {
    const url = await databases.make()
    const other = migrationProject(url)
    const holder = database(url, { max: 1 })
    other.models(`export const Task = model('tasks', { id: id(), title: z.string() })`)
    await other.db('generate')
    await other.db('migrate')
    other.models(
      `export const Task = model('tasks', { id: id(), title: z.string(), note: z.string().nullable() })`,
    )
    await other.db('generate', '--name', 'rank')
    const withTimeout = ['migrate', '--lock-timeout', '50', '--attempts']
    await holder.transaction(async (tx) => {
      await tx.execute('select * from tasks')
      const ran = await other.db(...withTimeout, '2')
      expect(ran).toMatchObject({ code: 1 })
      expect(ran.output).toContain(
        'another transaction holds a lock on the table, and 2 attempts did not get it',
      )
      expect(settledOutput(ran.output, new Map())).toBe(
        shownOutput('docs/guides/zero-downtime-migrations.md', 'lock timeout'),
      )
      // The statements behind it were not blocked.
      const reader = database(url)
      await reader.execute(sql`insert into tasks (title) values ('in between')`)
      await reader.close()
    })
    const again = holder.transaction(async (tx) => {
      await tx.execute('select * from tasks')
      // the first attempt waits for the lock, and then it has given up
      const options = { interval: 5 }
      await expect.poll(() => waitingFor(url), options).toBe(1)
      await expect.poll(() => waitingFor(url), options).toBe(0)
    })
    expect(await other.db(...withTimeout, '50')).toMatchObject({ code: 0 })
    await again
    expect((await holder.execute('select note from tasks')).rows).toEqual([{ note: null }])
    await holder.close()
    other.remove()
  })
})
