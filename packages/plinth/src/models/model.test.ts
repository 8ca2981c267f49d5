import { sql } from 'drizzle-orm'
import { getTableConfig, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createdAt, deletedAt, field, id, owner, updatedAt, version } from './field.ts'
import { columnsOf, fieldNamed } from './model-columns.ts'
import { model } from './model.ts'
import type { Fields } from './model.types.ts'

const Project = model('projects', { id: id(), name: z.string().max(100), userId: owner() }, (t) => [
  uniqueIndex('projects_owner_name').on(t.userId, t.name),
])
const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200).describe('What to do'),
  priority: z.enum(['low', 'medium', 'high']).default('medium').describe('How soon'),
  dueAt: z.date().nullable(),
  seen: z.int().min(0).default(0).nullable(),
  slug: field(z.string().max(50), { unique: true, immutable: true }),
  projectId: field(z.uuid().nullable(), { references: () => Project.id, onDelete: 'cascade' }),
  userId: owner(),
  note: field(z.string().nullable(), { hidden: true }),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})
const columns = Object.fromEntries(getTableConfig(Task).columns.map((one) => [one.name, one]))
const given = { title: 'Write', slug: 'write' }

describe('the table of a model', () => {
  it('has a snake_case column of the right type for each field', () => {
    const types = Object.entries(columns).map(([name, one]) => [
      name,
      one.getSQLType(),
      one.notNull,
    ])
    expect(types).toEqual([
      ['id', 'uuid', true],
      ['title', 'varchar(200)', true],
      ['priority', 'text', true],
      ['due_at', 'timestamp (3) with time zone', false],
      ['seen', 'bigint', false],
      ['slug', 'varchar(50)', true],
      ['project_id', 'uuid', false],
      ['user_id', 'text', true],
      ['note', 'text', false],
      ['created_at', 'timestamp (3) with time zone', true],
      ['updated_at', 'timestamp (3) with time zone', true],
    ])
  })

  it('names its constraints after table and column', () => {
    const config = getTableConfig(Task)
    expect(config.checks.map((one) => one.name)).toEqual([
      'tasks_title_min',
      'tasks_priority_enum',
      'tasks_seen_min',
    ])
    expect(config.foreignKeys.map((one) => one.getName())).toEqual(['tasks_project_id_fkey'])
    expect(config.indexes.map((one) => one.config.name)).toEqual(['tasks_user_id_idx'])
    expect(columns['slug']?.uniqueName).toBe('tasks_slug_key')
  })

  it('has only columns as enumerable properties, for Drizzle and spreading', () => {
    const fields = (columnsOf(Task) ?? []).map((one) => one.field)
    expect(Object.keys(Task).filter((name) => name !== 'enableRLS')).toEqual(fields)
  })

  it('has one CHECK per bound that the column type does not imply', () => {
    const T = model('bounds', {
      a: z.int32().min(1),
      b: z.int32(),
      c: z.number().gt(0).lte(1.5).gt(0.5),
      d: z.bigint().max(5n),
      e: z.int(),
      f: z.string().length(3),
    })
    expect(getTableConfig(T).checks.map((one) => one.name)).toEqual([
      'bounds_a_min',
      'bounds_c_min',
      'bounds_c_max',
      'bounds_d_max',
      'bounds_f_min',
    ])
  })

  it('distinguishes a constant default from a computed one', () => {
    const T = model('defaults', {
      constant: z.string().default('a'),
      list: z.array(z.string()).default([]),
      past: z.date().default(new Date(0)),
      random: z.string().default(() => crypto.randomUUID()),
      clock: z.int().default(() => Date.now()),
      now: z.date().default(() => new Date()),
      text: z.string().default(() => new Date().toISOString()),
      prefault: z.string().trim().prefault(' b '),
      none: z.string().nullable().default(null),
    })
    const sqlDefaults = getTableConfig(T).columns.map((one) => [one.name, one.default])
    expect(Object.fromEntries(sqlDefaults)).toEqual({
      constant: 'a',
      list: [],
      past: new Date(0),
      random: undefined,
      clock: undefined,
      now: undefined,
      text: undefined,
      prefault: 'b',
      none: undefined,
    })
    expect(T.random.defaultFn?.()).not.toBe(T.random.defaultFn?.())
    expect(T.constant.defaultFn?.()).toBe('a')
  })
})

describe('$create', () => {
  it('fills in defaults, and makes nullable fields optional', () => {
    expect(Task.$create.parse(given)).toEqual({ ...given, priority: 'medium', seen: 0 })
  })

  it.each([
    'id',
    'userId',
    'createdAt',
    'updatedAt',
    'user_id',
    'UserId',
    '__proto__',
    'constructor',
  ])('refuses %s, which a caller cannot set', (name) => {
    const body: unknown = JSON.parse(`{"title":"a","slug":"b","${name}":{"x":1}}`)
    const issues = Task.$create.safeParse(body).error?.issues
    expect(issues).toMatchObject([{ code: 'unrecognized_keys', keys: [name] }])
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it.each([
    ['NUL', 'a\0b'],
    ['half of a surrogate pair', 'a\uD800'],
    ['the other half', '\uDC00a'],
  ])('refuses text with %s, and names the field', (_, title) => {
    expect(Task.$create.safeParse({ ...given, title }).error?.issues[0]?.path).toEqual(['title'])
  })

  it('counts characters as Postgres does, so that the CHECK never refuses an accepted value', () => {
    const T = model('chars', { word: z.string().min(2) })
    expect(T.$create.safeParse({ word: '😀' }).success).toBe(false)
    expect(T.$create.safeParse({ word: '😀a' }).success).toBe(true)
  })

  it('refuses text that is too long for its index', () => {
    const T = model('keys', { word: field(z.string(), { unique: true }) })
    expect(T.$create.safeParse({ word: 'ü'.repeat(1301) }).success).toBe(false)
    expect(T.$create.safeParse({ word: 'ü'.repeat(1300) }).success).toBe(true)
  })

  it('spells a UUID, an instant and zero as the database returns them', () => {
    const T = model('spelling', { u: z.uuid(), t: z.iso.datetime({ offset: true }), n: z.int() })
    const upper = 'F47AC10B-58CC-4372-A567-0E02B2C3D479'
    expect(T.$create.parse({ u: upper, t: '2026-01-02T03:04:05+02:00', n: -0 })).toEqual({
      u: upper.toLowerCase(),
      t: '2026-01-02T01:04:05.000Z',
      n: 0,
    })
  })

  it('does not change the given schemas', () => {
    const title = z.string()
    const T = model('untouched', { title })
    expect(title.safeParse('a\0').success).toBe(true)
    expect(T.$create.safeParse({ title: 'a\0' }).success).toBe(false)
  })
})

describe('$update', () => {
  it('changes only the fields that were sent, without defaults', () => {
    expect(Task.$update.parse({ title: 'x' })).toEqual({ title: 'x' })
    expect(Task.$update.parse({ seen: null })).toEqual({ seen: null })
  })

  it('refuses an empty update', () => {
    const issues = Task.$update.safeParse({}).error?.issues
    expect(issues).toMatchObject([{ path: [], message: 'Send at least one field' }])
    expect(Task.$update.safeParse({ title: undefined }).success).toBe(false)
  })

  it('refuses immutable, read-only and unknown fields', () => {
    for (const name of ['slug', 'id', 'userId', 'createdAt', 'nope']) {
      expect(Task.$update.safeParse({ [name]: 'x' }).error?.issues).toMatchObject([
        { keys: [name] },
      ])
    }
  })

  it('can be picked from and extended, and still refuses an empty update', () => {
    expect(Task.$update.pick({ title: true }).safeParse({}).success).toBe(false)
    const tagged = Task.$update
      .omit({ title: true })
      .extend({ tags: z.array(z.string()).optional() })
    expect(tagged.safeParse({}).success).toBe(false)
    expect(tagged.safeParse({ tags: [] }).success).toBe(true)
    expect(tagged.safeParse({ title: 'x' }).success).toBe(false)
    expect(z.toJSONSchema(tagged, { io: 'input', unrepresentable: 'any' })).toMatchObject({
      minProperties: 1,
    })
  })

  it('keeps the checks and metadata of a default', () => {
    const T = model('kept', {
      a: z
        .string()
        .default('')
        .refine((text) => text !== 'no'),
    })
    expect(T.$update.safeParse({ a: 'no' }).success).toBe(false)
    const schema = z.toJSONSchema(Task.$update, { unrepresentable: 'any' })
    expect(JSON.stringify(schema)).toContain('How soon')
  })
})

describe('$read', () => {
  it('leaves out hidden fields', () => {
    expect(Object.keys(Task.$read.shape)).not.toContain('note')
    expect(Object.keys(Task.$read.shape)).toContain('userId')
  })

  it('is the schema that Zod sees in the model', () => {
    const Small = model('smalls', { n: z.int(), secret: field(z.string(), { hidden: true }) })
    expect(z.array(Small).parse([{ n: 1, secret: 'x' }])).toEqual([{ n: 1 }])
    expect(Small['~standard'].validate({ n: 'x' })).toMatchObject({ issues: [{ path: ['n'] }] })
  })
})

describe('the names of a model in OpenAPI', () => {
  const idOf = (schema: z.core.$ZodType) => z.globalRegistry.get(schema)?.id

  it('are singular', () => {
    expect([Task, Task.$create, Task.$update, Task.$read].map(idOf)).toEqual([
      'Task',
      'TaskCreate',
      'TaskUpdate',
      'Task',
    ])
  })

  it('can be set, together with indexes', () => {
    const T = model(
      'data_points',
      { a: z.string() },
      { name: 'Datum', table: (t) => [uniqueIndex('dp').on(t.a)] },
    )
    expect([T, T.$create].map(idOf)).toEqual(['Datum', 'DatumCreate'])
    expect(getTableConfig(T).indexes.map((one) => one.config.name)).toEqual(['dp'])
  })
})

describe('the field that an error of Postgres is about', () => {
  it('is found by column and by constraint', () => {
    expect(fieldNamed({ table: 'tasks', column: 'due_at' })).toBe('dueAt')
    expect(fieldNamed({ constraint: 'tasks_project_id_fkey' })).toBe('projectId')
    expect(fieldNamed({ table: 'tasks', constraint: 'tasks_slug_key' })).toBe('slug')
    expect(fieldNamed({ table: 'tasks', constraint: 'tasks_priority_enum' })).toBe('priority')
    expect(fieldNamed({ table: 'tasks', column: 'user_id' })).toBe('userId')
    expect(fieldNamed({ table: 'tasks', constraint: 'tasks_pkey' })).toBe('id')
  })

  it('is the field that a caller can write, for a constraint of several', () => {
    expect(fieldNamed({ table: 'projects', constraint: 'projects_owner_name' })).toBe('name')
  })

  it('is unknown for other tables', () => {
    expect(
      fieldNamed({ table: 'user', column: 'email', constraint: 'user_email_key' }),
    ).toBeUndefined()
    expect(fieldNamed({})).toBeUndefined()
  })
})

describe('an invalid model', () => {
  const fields = (record: Record<string, unknown>) => record as Fields
  const wrong: readonly [string, () => Fields, RegExp][] = [
    [
      'optional',
      () => ({ a: z.string().optional() }),
      /field "a": a column is null, never undefined: use \.nullable/,
    ],
    [
      'nullish',
      () => ({ a: z.string().nullish() }),
      /use \.nullable\(\) instead of \.optional\(\)/,
    ],
    [
      'optional under a default',
      () => ({ a: z.string().optional().default('x') }),
      /never undefined/,
    ],
    ['a transform', () => ({ a: z.string().transform(Number) }), /z\.transform\(\).*column:/],
    ['a map', () => ({ a: z.map(z.string(), z.string()) }), /z\.map\(\)/],
    ['a custom schema', () => ({ a: z.instanceof(URL) }), /z\.custom\(\)/],
    [
      'a map in JSON',
      () => ({ a: z.object({ b: z.map(z.string(), z.string()) }) }),
      /holds z\.map\(\), which JSON cannot hold/,
    ],
    [
      'a transform in JSON',
      () => ({ a: z.array(z.string().transform(Number)) }),
      /holds z\.transform\(\)/,
    ],
    ['an enum of numbers', () => ({ a: z.literal([1, 2]) }), /values that are not text/],
    ['a local time', () => ({ a: z.iso.datetime({ local: true }) }), /without an offset/],
    ['microseconds', () => ({ a: z.iso.datetime({ precision: 6 }) }), /milliseconds/],
    ['a name of Drizzle', () => ({ getSQL: z.string() }), /"getSQL": the name is taken/],
    ['a name with $', () => ({ $create: z.string() }), /"\$create": the name is taken/],
    ['a name with _', () => ({ _: z.string() }), /"_": the name is taken/],
    ['a name of Object', () => ({ constructor: z.string() }), /"constructor": the name is taken/],
    [
      '__proto__',
      () => JSON.parse('{"__proto__": {}}') as Fields,
      /"__proto__": the name is taken/,
    ],
    ['a prototype', () => ({ __proto__: z.string() }), /"__proto__"/],
    ['a dash', () => ({ 'due-at': z.string() }), /"due-at": a name has letters, digits and _/],
    ['no schema', () => fields({ a: 'text' }), /"a": it must be a Zod schema or field/],
    ['undefined', () => fields({ a: undefined }), /must be a Zod schema/],
    [
      'two of one column',
      () => ({ userId: z.string(), userID: z.string() }),
      /"userID": its column "user_id" is also the column of "userId"/,
    ],
    ['a long name', () => ({ ['a'.repeat(64)]: z.string() }), /longer than 63 bytes/],
    [
      'two defaults',
      () => ({ a: field(z.string().default('x'), { default: () => 'y' }) }),
      /two defaults/,
    ],
    [
      'null as a key',
      () => ({ a: field(z.uuid().nullable(), { primaryKey: true }) }),
      /never null/,
    ],
    ['onDelete alone', () => ({ a: field(z.uuid(), { onDelete: 'cascade' }) }), /add references/],
    [
      'set null',
      () => ({ a: field(z.uuid(), { references: () => Project.id, onDelete: 'set null' }) }),
      /add \.nullable/,
    ],
    [
      'two versions',
      () => ({ a: version(), b: version() }),
      /"b": a model has at most one version\(\)/,
    ],
    [
      'two marks',
      () => ({ a: deletedAt(), b: deletedAt() }),
      /"b": a model has at most one deletedAt\(\)/,
    ],
    [
      'a generated default',
      () => ({ a: field(z.int().default(1), { generated: sql`2` }) }),
      /"a": Postgres computes it from other columns/,
    ],
    [
      'a format called decimal',
      () => ({ a: z.stringFormat('decimal', /^x$/) }),
      /a format that is not decimal\(\)'s/,
    ],
    ['no fields', () => ({}), /no fields/],
  ]

  it.each(wrong)('is refused at startup: %s', (_, declare, message) => {
    const attempt = () => model('things', declare())
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(expect.objectContaining({ code: 'PLINTH_MODEL_INVALID' }))
    expect(attempt).toThrow(/^model "things"/)
  })

  it('is valid once it has a column of its own', () => {
    const T = model('given', {
      a: field(z.instanceof(URL), { column: (name) => text(name) }),
    })
    expect(getTableConfig(T).columns[0]?.getSQLType()).toBe('text')
  })
})
