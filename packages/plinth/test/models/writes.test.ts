// Writes of the server itself: validated by the model before the database, and returned as stored.
import { and, eq, sql } from 'drizzle-orm'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
  field,
  HttpError,
  id,
  insert,
  model,
  ModelError,
  one,
  owner,
  remove,
  router,
  transaction,
  update,
  updatedAt,
  type Database,
  type Logger,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Task = model('tasks', {
  id: id(),
  title: z.string().trim().min(1).max(20),
  priority: z.enum(['low', 'high']).default('low'),
  count: z.int().min(0).default(0),
  dueAt: z.date().nullable(),
  size: z.bigint().nullable(),
  ref: z.uuid().nullable(),
  settings: z.object({ at: z.date(), dark: z.boolean().default(true) }).nullable(),
  slug: field(z.string(), { immutable: true, unique: true, default: () => crypto.randomUUID() }),
  note: field(z.string().nullable(), { hidden: true }),
  userId: owner(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Task } })
})
afterAll(() => db?.close())
beforeEach(async () => {
  await db.delete(Task)
})

const row = { title: 'Write', userId: 'ann' }
/** The problems of an error by field. */
function faults(attempt: () => unknown): Record<string, string> {
  try {
    attempt()
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    return Object.fromEntries(error.errors.map(({ path, message }) => [path.join('.'), message]))
  }
  return {}
}

describe('an empty write', () => {
  it('of an empty list returns an empty list, and sends no statement', async () => {
    const closed = await testDatabase({ models: { Task } })
    await closed.close()
    expect(await insert(closed, Task, [])).toEqual([])
    expect(await insert(closed, Task, []).onConflictDoNothing()).toEqual([])
    await expect(one(insert(db, Task, []))).rejects.toMatchObject({ status: 404 })
  })

  it('is an empty list as a handler’s response, too', async () => {
    const at = router('/none')
    const none = at.post('/', { response: z.array(Task) }, () => insert(db, Task, []))
    const first = at.post('/first', { response: Task }, () => one(insert(db, Task, [])))
    const api = app({ title: 'x', routes: { none: { none, first } } })
    const post = (path: string) => api.fetch(new Request(`http://test${path}`, { method: 'POST' }))
    expect(await (await post('/none')).text()).toBe('[]')
    expect((await post('/none/first')).status).toBe(404)
  })

  it('of null is refused as an update', () => {
    for (const nothing of [null, undefined, 'title'])
      expect(() => update(db, Task, nothing as never)).toThrow(
        new TypeError('update of "tasks": the values must be an object of fields and values'),
      )
  })
})

describe('insert()', () => {
  it('fills in defaults and returns the row as stored', async () => {
    const made = await one(insert(db, Task, { ...row, title: ' Write ' }))
    expect(made).toMatchObject({ title: 'Write', priority: 'low', count: 0, dueAt: null })
    expect(made.createdAt).toBeInstanceOf(Date)
    expect(await one(db.select().from(Task))).toEqual(made)
  })

  it('accepts fields that callers may not send, with TypeScript values', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z')
    const given = {
      ...row,
      id: '01890A5D-AC96-774B-BCCE-B302099A8057',
      note: 'hidden',
      createdAt: at,
      dueAt: at,
      size: 2n ** 60n,
      settings: { at, dark: false },
    }
    const made = await one(insert(db, Task, given))
    expect(made).toMatchObject({ ...given, id: given.id.toLowerCase() })
  })

  it('accepts lists, and skips existing rows on request', async () => {
    const rows = ['a', 'b', 'c'].map((slug) => ({ ...row, slug }))
    expect(await insert(db, Task, rows)).toHaveLength(3)
    const more = [...rows, { ...row, slug: 'd' }]
    const made = await insert(db, Task, more).onConflictDoNothing({ target: Task.slug })
    expect(made.map(({ slug }) => slug)).toEqual(['d'])
  })

  it('reports every invalid, missing or unknown field without calling the database', () => {
    const wrong = { title: ' ', priority: 'mid', count: -1, dueAt: '2026-01-01', colour: 'red' }
    expect(faults(() => insert(db, Task, wrong as never))).toEqual({
      title: 'Too small: expected string to have >=1 characters',
      priority: 'Invalid option: expected one of "low"|"high"',
      count: 'Too small: expected number to be >=0',
      dueAt: 'Invalid input: expected date, received string',
      userId: 'Required',
      colour: 'This field cannot be written',
    })
    expect(faults(() => insert(db, Task, [row, { ...row, title: '' }]))).toEqual({
      '1.title': 'Too small: expected string to have >=1 characters',
    })
    expect(faults(() => insert(db, Task, { ...row, title: 'a\0' }))).toHaveProperty('title')
    expect(faults(() => insert(db, Task, { ...row, ['__proto__']: 1 } as never))).toEqual({
      ['__proto__']: 'This field cannot be written',
    })
  })

  it('reports all problems in one sentence', () => {
    expect(() => insert(db, Task, { userId: 'ann' } as never)).toThrow(
      'invalid row of "tasks": title: Required',
    )
    const many = Array.from({ length: 9 }, () => ({ ...row, title: '' }))
    expect(() => insert(db, Task, many)).toThrow(/; and 4 more$/)
  })

  it('runs once, when it is awaited', async () => {
    const query = insert(db, Task, row)
    expect(await db.$count(Task)).toBe(0)
    expect(query.toSQL().sql).toMatch(/^insert into "tasks"/)
    await query
    expect(await db.$count(Task)).toBe(1)
  })

  it('stores every accepted value as it returns it', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 25 })
    const values = fc.record(
      {
        title: text,
        count: fc.oneof(fc.integer({ min: -2 }), fc.constant(-0)),
        dueAt: fc.option(fc.date()),
        size: fc.option(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })),
        ref: fc.option(fc.uuid().map((one) => one.toUpperCase())),
        settings: fc.option(fc.record({ at: fc.date() })),
        note: fc.option(text),
      },
      { requiredKeys: ['title'] },
    )
    const seen = { kept: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(values, async (given) => {
        const full = { ...given, userId: 'ann' } as never
        const problems = faults(() => insert(db, Task, full))
        if (Object.keys(problems).length > 0) {
          seen.refused += 1
          return
        }
        seen.kept += 1
        const made = await one(insert(db, Task, full))
        expect(await one(db.select().from(Task).where(eq(Task.id, made.id)))).toEqual(made)
        if (given.dueAt !== undefined) expect(made.dueAt).toEqual(given.dueAt)
        if (given.size !== undefined) expect(made.size).toBe(given.size)
      }),
      { numRuns: 150, seed: 20_261_123 },
    )
    expect(Math.min(seen.kept, seen.refused)).toBeGreaterThan(10)
  })
})

describe('update() and remove()', () => {
  it('change the matching rows, and return them', async () => {
    const [first, second] = await insert(db, Task, [row, row])
    const where = eq(Task.id, first!.id)
    const changed = await one(
      update(db, Task, { title: ' New ', note: 'n', dueAt: null }).where(where),
    )
    expect(changed).toEqual({ ...first, title: 'New', note: 'n', updatedAt: changed.updatedAt })
    expect(changed.updatedAt.getTime()).toBeGreaterThanOrEqual(first!.updatedAt.getTime())
    expect(await remove(db, Task).where(where)).toEqual([changed])
    expect(await db.select().from(Task)).toEqual([second])
    await expect(one(remove(db, Task).where(where))).rejects.toMatchObject({ status: 404 })
  })

  it('take SQL in place of a value', async () => {
    await insert(db, Task, { ...row, count: 41 })
    const all = sql`true`
    expect(await update(db, Task, { count: sql`${Task.count} + 1` }).where(all)).toMatchObject([
      { count: 42 },
    ])
  })

  it('refuse invalid values, and fields that cannot change', () => {
    const wrong = { title: '', id: crypto.randomUUID(), colour: sql`'red'` }
    expect(Object.keys(faults(() => update(db, Task, wrong as never))).toSorted()).toEqual([
      'colour',
      'id',
      'title',
    ])
    expect(faults(() => update(db, Task, {}))).toEqual({ '': 'No fields to update' })
    expect(faults(() => update(db, Task, { title: undefined }))).toEqual({
      '': 'No fields to update',
    })
  })

  it('refuse to change all rows without a condition', async () => {
    await insert(db, Task, row)
    const none = and(undefined)
    for (const change of [update(db, Task, { title: 'x' }), remove(db, Task)])
      expect(() => change.where(none)).toThrow(
        expect.objectContaining({ code: 'PLINTH_WRITE_UNBOUNDED' }),
      )
    expect(await one(db.select().from(Task))).toMatchObject({ title: 'Write' })
  })

  it('are part of the transaction that they are called with', async () => {
    const opened = transaction(db)
    const { value: tx } = await opened.next()
    await insert(tx!, Task, row)
    await update(tx!, Task, { title: 'x' }).where(sql`true`)
    await expect(opened.throw(new Error('no'))).rejects.toThrow('no')
    expect(await db.$count(Task)).toBe(0)
  })
})

describe('a write in a handler', () => {
  const tasks = router('/tasks')
  const create = tasks.post('/', { body: Task.$create, response: Task, status: 201 }, ({ body }) =>
    one(insert(db, Task, { ...body, userId: 'ann' })),
  )
  const bad = tasks.post('/bad', { response: Task }, () =>
    one(insert(db, Task, { title: '', userId: 'ann' })),
  )
  const api = app({ title: 'Writes', routes: { tasks: { create, bad } } })
  const post = (path: string, body?: unknown) =>
    api.fetch(
      new Request(`http://test.local${path}`, {
        method: 'POST',
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      }),
    )

  it('returns its query as the response, written by Postgres', async () => {
    const response = await post('/tasks', { title: 'x', dueAt: '2026-01-02T00:00:00Z' })
    expect(response.status).toBe(201)
    const sent = (await response.json()) as object
    expect(sent).toMatchObject({ title: 'x', dueAt: '2026-01-02T00:00:00.000Z', userId: 'ann' })
    expect(sent).not.toHaveProperty('note')
  })

  it("is a 500 without details if the wrong value is the server's own", async () => {
    const response = await post('/tasks/bad')
    expect(response.status).toBe(500)
    expect(await response.json()).not.toHaveProperty('errors')
  })
})

describe('a wrong value that is written in a request', () => {
  const lines: { level: string; text: string }[] = []
  const at =
    (level: string) =>
    (fields: { err?: unknown }): void =>
      void lines.push({ level, text: fields.err instanceof Error ? fields.err.message : '' })
  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  }
  const loose = z.object({
    title: z.string().optional(),
    heading: z.string().optional(),
    kind: z.string().default('low'),
    tags: z.array(z.looseObject({})).optional(),
    settings: z.looseObject({}).optional(),
  })
  /** Sends a body to a handler that writes the row. */
  async function write(
    row: (body: z.output<typeof loose>) => object,
    sent: object = {},
  ): Promise<{ status: number; level: string | undefined; paths: unknown }> {
    lines.length = 0
    // Casts, because TypeScript would refuse these rows.
    const route = router('/tasks').post('/', { body: loose }, ({ body }) =>
      insert(db, Task, row(body) as never),
    )
    const api = app({ title: 'Writes', routes: { tasks: { route } }, log })
    const response = await api.fetch(
      new Request('http://test/tasks', {
        method: 'POST',
        body: JSON.stringify(sent),
        headers: { 'content-type': 'application/json' },
      }),
    )
    const { errors } = (await response.json()) as { errors?: { path: unknown }[] }
    return {
      status: response.status,
      level: lines.at(-1)?.level,
      paths: errors?.map(({ path }) => path),
    }
  }
  const userId = 'ann'
  const long = 'x'.repeat(30)

  it.each<[string, Parameters<typeof write>, string[]]>([
    ['under its name', [({ title }) => ({ title, userId }), { title: long }], ['title']],
    [
      'under another name',
      [({ heading }) => ({ title: heading, userId }), { heading: long }],
      ['title'],
    ],
    ['an empty text', [({ title }) => ({ title, userId }), { title: '' }], ['title']],
    ['that could have been sent', [({ title }) => ({ title, userId })], ['title']],
    [
      'inside an object',
      [({ settings }) => ({ title: 'x', userId, settings }), { settings: { at: 'never' } }],
      ['settings', 'at'],
    ],
    [
      'that is missing in an object',
      [({ settings }) => ({ title: 'x', userId, settings }), { settings: {} }],
      ['settings', 'at'],
    ],
    [
      'from a default',
      [({ kind }) => ({ title: 'x', userId, priority: kind }), { kind: 'mid' }],
      ['priority'],
    ],
  ])('is a 422 if the caller sent it: %s', async (_, [row, sent], path) => {
    expect(await write(row, sent)).toEqual({ status: 422, level: undefined, paths: [path] })
  })

  it.each<[string, Parameters<typeof write>]>([
    ['a constant', [() => ({ title: long, userId })]],
    [
      'a constant, although the caller sent another',
      [() => ({ title: long, userId }), { title: 'y' }],
    ],
    [
      'an empty text that the caller sent elsewhere',
      [() => ({ title: '', userId }), { heading: '' }],
    ],
    [
      'a value that the handler computed',
      [({ title }) => ({ title: `${title}${long}`, userId }), { title: 'y' }],
    ],
    ['a missing field that callers cannot send', [({ title }) => ({ title }), { title: 'y' }]],
    ['a field that the model does not have', [() => ({ title: 'x', userId, colour: 'red' })]],
    [
      "one of the caller's and one of the server's",
      [({ title }) => ({ title, userId: 7 }), { title: long }],
    ],
  ])("is a 500 and an error in the log if it is the server's: %s", async (_, [row, sent]) => {
    expect(await write(row, sent)).toEqual({ status: 500, level: 'error', paths: undefined })
  })

  it('is a 422 if the handler read the request itself', async () => {
    const route = router('/tasks').post('/', {}, async ({ request }) =>
      insert(db, Task, (await request.json()) as never),
    )
    const api = app({ title: 'Writes', routes: { tasks: { route } }, log })
    const request = new Request('http://test/tasks', { method: 'POST', body: '{"title":""}' })
    expect((await api.fetch(request)).status).toBe(422)
  })

  it('is a 422 for an update without any field', async () => {
    const route = router('/tasks').patch('/', { body: loose.partial() }, ({ body: { title } }) =>
      update(db, Task, { title }).where(sql`true`),
    )
    const api = app({ title: 'Writes', routes: { tasks: { route } }, log })
    const headers = { 'content-type': 'application/json' }
    const request = new Request('http://test/tasks', { method: 'PATCH', body: '{}', headers })
    expect((await api.fetch(request)).status).toBe(422)
  })
})

it('the error is an HTTP error and a Plinth error', () => {
  const error = new ModelError('tasks', [{ path: ['title'], message: 'no', code: 'custom' }])
  expect(error).toBeInstanceOf(HttpError)
  expect(error).toMatchObject({ name: 'ModelError', status: 422, model: 'tasks' })
})
