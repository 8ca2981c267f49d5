import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as kit from 'drizzle-kit/api-postgres'
import { sql } from 'drizzle-orm'
import { pgEnum } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { field, id } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import type { Fields } from '../../models/model.types.ts'
import { composeMigration, type ComposeOptions } from './compose-migration.ts'
import { titleOfChange } from './migration-title.ts'
import { readRename } from './read-rename.ts'
import { type Ask, type Difference, differenceOf, type Question } from './renames.ts'
import { unclearRename } from './unclear-rename.ts'

type Exports = Readonly<Record<string, unknown>>
interface Given extends ComposeOptions {
  readonly rename?: readonly string[]
  readonly ask?: Ask
  /** The false positives of squawk, which does not know the old type or the new tables. */
  readonly squawk?: string
}

const never: Ask = ({ created, gone }) =>
  Promise.reject(new Error(`asked of ${created} and ${gone.join(', ')}`))

async function changed(
  [before, after]: readonly [Exports, Exports],
  { rename = [], ask = never, ...options }: Given = {},
): Promise<{ sql: string; difference: Difference }> {
  const states = await Promise.all([
    kit.generateDrizzleJson(before),
    kit.generateDrizzleJson(after),
  ])
  const difference = await differenceOf(kit, [states[0], states[1]], {
    renames: rename.map(readRename),
    ask,
  })
  return { sql: composeMigration(states[0], difference, options).sql, difference }
}

const Project = model('projects', { id: id() })
const status = pgEnum('status', ['open', 'done'])
const fields = {
  id: id(),
  title: field(z.string().min(1).max(100), { unique: true, index: true }),
  level: z.enum(['low', 'high']).default('low'),
  note: z.string().nullable(),
}
const { title, ...untitled } = fields
const task = (more: Fields, table = 'tasks'): Exports => ({
  Project,
  Task: model(table, { ...fields, ...more }),
})

/** The findings of squawk for a text, without its rules about timeouts and repeated runs. */
function squawk(text: string): string[] {
  const excluded =
    'require-lock-timeout,require-statement-timeout,prefer-robust-stmts,prefer-text-field,prefer-bigint-over-int,prefer-timestamp-tz,constraint-missing-not-valid,require-enum-value-ordering'
  const run = (): string =>
    execFileSync(
      fileURLToPath(new URL('../../../../../node_modules/.bin/squawk', import.meta.url)),
      ['--reporter', 'json', '--exclude', excluded, '--stdin-filepath', 'migration.sql'],
      { input: text, encoding: 'utf8' },
    )
  let said: string
  try {
    said = run()
  } catch (error) {
    said = (error as { stdout: string }).stdout
  }
  return (JSON.parse(said) as { rule_name: string }[]).map((one) => one.rule_name)
}

describe('a migration of a change', () => {
  const safe: [name: string, change: readonly [Exports, Exports], given?: Given][] = [
    ['a nullable field', [task({}), task({ due: z.date().nullable() })]],
    ['a field with a default', [task({}), task({ count: z.int().default(1) })]],
    [
      'a field whose default differs from row to row',
      [task({}), task({ token: field(z.uuid(), { default: sql`gen_random_uuid()` }) })],
    ],
    [
      'a required field, with what rows get',
      [task({}), task({ kind: z.string() })],
      { backfill: ["tasks.kind='x'"] },
    ],
    [
      'a field that becomes required',
      [task({}), task({ note: z.string() })],
      { backfill: ["tasks.note=''"] },
    ],
    ['other bounds', [task({}), task({ level: z.enum(['low', 'mid', 'high']).default('low') })]],
    [
      'more room',
      [task({}), task({ title: field(z.string().min(1), { unique: true, index: true }) })],
      { squawk: 'changing-column-type' },
    ],
    ['an index', [task({}), task({ note: field(z.string().nullable(), { index: true }) })]],
    ['no index', [task({ note: field(z.string().nullable(), { index: true }) }), task({})]],
    [
      'a unique constraint',
      [task({}), task({ note: field(z.string().nullable(), { unique: true }) })],
    ],
    [
      'a foreign key',
      [
        task({ projectId: z.uuid().nullable() }),
        task({ projectId: field(z.uuid().nullable(), { references: () => Project.id }) }),
      ],
    ],
    ['a new table', [{ Project }, task({})], { squawk: 'require-concurrent-index-creation' }],
    [
      'a value of an enum that is used at once',
      [
        {
          status,
          ...task({
            state: field(z.enum(['open', 'done']).default('open'), {
              column: () => status('state'),
            }),
          }),
        },
        (() => {
          const more = pgEnum('status', ['open', 'done', 'late'])
          const state = field(z.enum(['open', 'done', 'late']).default('late'), {
            column: () => more('state'),
          })
          return { status: more, ...task({ state }) }
        })(),
      ],
    ],
  ]

  it.each<[string, readonly [Exports, Exports], Given?]>(safe)(
    '%s: no question, no refusal, and no finding of squawk',
    async (_, change, given) => {
      const { sql: text } = await changed(change, given)
      expect(text).not.toContain('plinth:allow')
      expect(squawk(text)).toEqual(given?.squawk ? [given.squawk] : [])
    },
  )

  it('the original statements have findings of squawk', () => {
    expect(squawk('create index a on tasks (title); alter table tasks drop column title')).toEqual([
      'require-concurrent-index-creation',
      'ban-drop-column',
    ])
  })

  it('never truncates a text: Postgres refuses values that do not fit', async () => {
    const short = task({ title: field(z.string().min(1).max(5), { unique: true, index: true }) })
    await expect(changed([task({}), short])).rejects.toThrow(
      /narrow-type: it changes the type of tasks.title from varchar\(100\) to varchar\(5\)/,
    )
    const { sql: text } = await changed([task({}), short], { allow: ['narrow-type'] })
    expect(text).toContain('SET DATA TYPE varchar(5);')
    expect(text).not.toContain('USING')
  })

  it('refuses a backfill for a column that does not need one', async () => {
    await expect(
      changed([task({}), task({ a: z.string().nullable() })], { backfill: ['tasks.b=1'] }),
    ).rejects.toThrow('fits nothing')
  })
})

describe('a rename', () => {
  const renamed: readonly [Exports, Exports] = [
    task({}),
    { Project, Task: model('tasks', { ...untitled, heading: title }) },
  ]

  it('is asked about, and renames its constraints and indexes too', async () => {
    const { sql: text, difference } = await changed(renamed, {
      ask: ({ kind, created, gone }) => {
        expect([kind, created, gone]).toEqual(['column', 'tasks.heading', ['tasks.title']])
        return Promise.resolve('tasks.title')
      },
    })
    expect(difference.renames).toEqual([['tasks.title', 'tasks.heading']])
    expect(titleOfChange(difference)).toBe('rename_tasks_title_to_heading')
    expect(text.split('\n--> statement-breakpoint\n')).toEqual([
      '-- plinth:allow rename-column\nALTER TABLE "tasks" RENAME COLUMN "title" TO "heading";',
      'ALTER TABLE "tasks" RENAME CONSTRAINT "tasks_title_min" TO "tasks_heading_min";',
      'ALTER INDEX "tasks_title_idx" RENAME TO "tasks_heading_idx";',
      'ALTER TABLE "tasks" RENAME CONSTRAINT "tasks_title_key" TO "tasks_heading_key";\n',
    ])
  })

  it('from a flag is not asked about', async () => {
    const { sql: text } = await changed(renamed, { rename: ['tasks.title:tasks.heading'] })
    expect(text).toContain('RENAME COLUMN')
  })

  it('that is denied becomes a removal, which is refused', async () => {
    const ask: Ask = () => Promise.resolve(undefined)
    await expect(changed(renamed, { ask })).rejects.toThrow('drop-column')
  })

  it('works for a table and a column in it', async () => {
    const table: readonly [Exports, Exports] = [
      task({}),
      { Project, Task: model('todos', { ...untitled, heading: title }) },
    ]
    for (const column of ['tasks.title:todos.heading', 'todos.title:todos.heading']) {
      const { sql: text, difference } = await changed(table, { rename: ['tasks:todos', column] })
      expect(text).toContain('-- plinth:allow rename-table, rename-column')
      expect(text).not.toMatch(/DROP|CREATE|ADD/)
      expect(difference.renames).toContainEqual(['tasks', 'todos'])
    }
  })

  it('works for an enum', async () => {
    const state = (name: string): Exports => {
      const type = pgEnum(name, ['open', 'done'])
      const column = () => type('state')
      return { type, ...task({ state: field(z.enum(['open', 'done']), { column }) }) }
    }
    const { sql: text } = await changed([state('status'), state('state')], {
      rename: ['status:state'],
    })
    expect(text).toContain('ALTER TYPE "status" RENAME TO "state"')
  })

  it.each([
    'title',
    'tasks.title',
    'a:b:c',
    ':b',
    'tasks.titel:tasks.heading',
    'tasks.title:tasks.header',
  ])('written as %s is refused', async (text) => {
    await expect(changed(renamed, { rename: [text] })).rejects.toMatchObject({
      code: 'PLINTH_COMMAND_REFUSED',
    })
  })
})

describe('a change that may be a rename', () => {
  it('names every new column that the removed one may be', async () => {
    const { note, ...rest } = fields
    const before = { Project, Task: model('tasks', { ...rest, memo: note }) }
    const after = { Project, Task: model('tasks', { ...rest, place: note, remark: note }) }
    const questions: Question[] = []
    const ask: Ask = async (question) => void questions.push(question)
    await changed([before, after], { ask, allow: ['drop-column'] })
    expect(unclearRename(questions[0]!).message).toBe(
      `The columns tasks.place, tasks.remark are new in the models, and tasks.memo is gone. No migration was written. Choose one:
It was renamed, and its values stay:
  --rename tasks.memo:tasks.place
  --rename tasks.memo:tasks.remark
All are new, and tasks.memo is dropped with all values:
  --allow drop-column`,
    )
    const { difference } = await changed([before, after], {
      rename: ['tasks.memo:tasks.remark'],
    })
    expect(difference.renames).toEqual([['tasks.memo', 'tasks.remark']])
  })
})
