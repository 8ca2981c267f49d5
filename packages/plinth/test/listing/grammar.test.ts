// Filters, search and sort orders of a list: callers can use the declared ones and nothing else.
import { defineRelations, eq, sql } from 'drizzle-orm'
import { json, jsonb, pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  deletedAt,
  dependency,
  field,
  fromTable,
  id,
  insert,
  listing,
  model,
  owner,
  remove,
  router,
  withRelations,
  type Database,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testDatabase } from 'plinth/testing'

const Project = model('projects', { id: id(), name: z.string() })
const Task = model('tasks', {
  id: id(),
  title: z.string().max(200),
  text: z.string().nullable(),
  level: z.enum(['low', 'high']),
  count: z.int().nullable(),
  done: z.boolean().default(false),
  dueAt: z.date().nullable(),
  data: z.object({ a: z.int() }).nullable(),
  limit: z.int().default(0),
  note: field(z.string().nullable(), { hidden: true }),
  projectId: field(z.uuid().nullable(), { references: () => Project.id }),
  userId: owner(),
  deletedAt: deletedAt(),
})
const relations = defineRelations({ Project, Task }, (r) => ({
  Task: { project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }) },
}))

const TaskWithProject = withRelations(Task, { project: z.nullable(Project) }, 'TaskWithProject')
const tasks = listing(Task, {
  filter: [
    'level',
    'done',
    'projectId',
    {
      title: ['eq', 'ne', 'startsWith', 'contains'],
      text: ['ne', 'null'],
      count: ['in', 'lte', 'gt'],
      dueAt: { lt: 'dueBefore', gte: 'dueAfter' },
      limit: { eq: 'cap' },
    },
  ],
  sort: ['title', '-dueAt'],
  search: ['title', 'text'],
  limit: { default: 50, max: 60 },
})
const related = listing(TaskWithProject, { filter: ['level'], sort: ['title'], search: ['title'] })

let db: Database<typeof relations>
const statements: string[] = []
const at = (day: number) => new Date(Date.UTC(2026, 0, day))
beforeAll(async () => {
  const logger = { logQuery: (query: string) => void statements.push(query) }
  db = await testDatabase({ models: { Project, Task }, relations, logger })
  const [project] = await insert(db, Project, [{ name: 'p' }])
  const usual = { level: 'low', userId: 'ann', note: 'SECRET' } as const
  await insert(db, Task, [
    { ...usual, title: '50%', text: null, count: 1, dueAt: at(1) },
    { ...usual, title: '50 or more', text: 'A_b', count: 2, dueAt: at(2), done: true },
    { ...usual, title: 'back\\slash', text: 'axb', level: 'high', count: null, dueAt: null },
    { ...usual, title: 'ÄRGER', text: '50', count: 3, limit: 7, projectId: project?.id ?? null },
    { ...usual, title: 'bob’s', userId: 'bob' },
    { ...usual, title: 'gone' },
  ])
  await remove(db, Task).where(eq(Task.title, 'gone'))
})
afterAll(() => db?.close())

const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }
const routes = router('/tasks', { dependencies: { db: dependency(() => db) } })
const list = routes.get('/', { query: tasks.query, response: tasks.response }, (context) =>
  tasks.run(context, (task) => eq(task.userId, 'ann')),
)
const withProjects = routes.get(
  '/related',
  { query: related.query, response: related.response },
  (context) => related.run(context, (task) => eq(task.userId, 'ann')),
)
const own = routes.get(
  '/own',
  {
    query: tasks.query.extend({ short: z.boolean().optional() }),
    response: tasks.response,
  },
  async ({ db, query, request, reply }) => {
    const page = tasks.page({ query, request, reply })
    const short = query.short ? sql`length(${Task.title}) < 4` : undefined
    const rows = await db
      .select()
      .from(Task)
      .where(sql`${page.where()} and ${short ?? sql`true`}`)
      .orderBy(...page.orderBy())
      .limit(page.limit)
    return page.of(rows)
  },
)
const api = app({ title: 'Tasks', log: silent, routes: { tasks: { list, withProjects, own } } })
const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
type Query = NonNullable<Parameters<typeof c.get<'/tasks'>>[1]>['query']

const titles = async (query: Query) =>
  (await c.get('/tasks', { query })).items.map(({ title }) => title).toSorted()
const all = ['50 or more', '50%', 'back\\slash', 'ÄRGER']

describe('a filter', () => {
  it.each<[Query, string[]]>([
    [{}, all],
    [{ level: 'high' }, ['back\\slash']],
    [{ done: true }, ['50 or more']],
    [{ title: '50%' }, ['50%']],
    [{ 'title.ne': '50%' }, ['50 or more', 'back\\slash', 'ÄRGER']],
    [{ 'title.startsWith': '50%' }, ['50%']],
    [{ 'title.contains': 'är' }, ['ÄRGER']],
    [{ 'text.ne': 'axb' }, ['50 or more', '50%', 'ÄRGER']],
    [{ 'text.null': true }, ['50%']],
    [{ 'text.null': false }, ['50 or more', 'back\\slash', 'ÄRGER']],
    [{ 'count.in': [1, 3] }, ['50%', 'ÄRGER']],
    [{ 'count.lte': 2 }, ['50 or more', '50%']],
    [{ 'count.gt': 1, done: false }, ['ÄRGER']],
    [{ dueBefore: at(2).toISOString() }, ['50%']],
    [{ dueAfter: at(2).toISOString() }, ['50 or more']],
    [{ cap: 7 }, ['ÄRGER']],
    [{ q: '%' }, ['50%']],
    [{ q: '_' }, ['50 or more']],
    [{ q: '\\' }, ['back\\slash']],
    [{ q: '50' }, ['50 or more', '50%', 'ÄRGER']],
    [{ q: "'; drop table tasks; --" }, []],
  ])('%j returns %j', async (query, expected) => {
    expect(await titles(query)).toEqual(expected)
  })

  it('accepts a project’s id in any case', async () => {
    const [project] = await db.select().from(Project)
    expect(await titles({ projectId: project?.id.toUpperCase() ?? '' })).toEqual(['ÄRGER'])
  })
})

async function ask(path: string) {
  const response = await api.fetch(new Request(`http://test${path}`))
  const body = (await response.json()) as { errors?: { path: string[]; code: string }[] }
  return { status: response.status, text: JSON.stringify(body), error: body.errors?.[0] }
}

describe('an undeclared parameter is refused', () => {
  it.each([
    ['/tasks?note=SECRET', 'note'],
    ['/tasks?userId=bob', 'userId'],
    ['/tasks?sort=note', 'sort'],
    ['/tasks?sort=-title', 'sort'],
    ['/tasks?sort=title%20desc%3B%20drop%20table%20tasks', 'sort'],
    ['/tasks?count.lt=1', 'count.lt'],
    ['/tasks?level=LOW', 'level'],
    ['/tasks?limit=61', 'limit'],
    ['/tasks?limit=0', 'limit'],
    [`/tasks?q=${'x'.repeat(201)}`, 'q'],
    ['/tasks?q=%00', 'q'],
    ['/tasks?title=%00', 'title'],
    ['/tasks?dueBefore=0000-01-01T00:00:00Z', 'dueBefore'],
  ])('%s', async (path, name) => {
    const { status, error } = await ask(path)
    expect(status).toBe(422)
    expect(error?.path).toEqual([name])
  })
})

describe('a cursor', () => {
  const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const uuid = '00000000-0000-4000-8000-000000000000'
  it.each([
    ['of another sort order', made(['title', 'a', uuid])],
    ['of too few values', made(['-dueAt', at(1).toISOString()])],
    ['of a value of another type', made(['-dueAt', 5, uuid])],
    ['of a date outside the range', made(['-dueAt', '+010000-01-01T00:00:00.000Z', uuid])],
    ['of SQL', made(['-dueAt', "now()) or ('1'='1", uuid])],
    ['of an invalid id', made(['-dueAt', null, 'x'])],
    ['of nothing', made(null)],
    ['that is not JSON', 'AAAA'],
  ])('%s is refused', async (_, cursor) => {
    const { status, error } = await ask(`/tasks?sort=-dueAt&cursor=${cursor}`)
    expect(status).toBe(422)
    expect(error).toMatchObject({ path: ['cursor'], code: 'invalid_cursor' })
  })
  it('of text with a NUL is refused', async () => {
    const { status } = await ask(`/tasks?sort=title&cursor=${made(['title', '\0', uuid])}`)
    expect(status).toBe(422)
  })
  it('that a caller made up in the right form is a valid position', async () => {
    const cursor = made(['title', 'back', uuid])
    const { status, text } = await ask(`/tasks?sort=title&cursor=${cursor}`)
    expect(status).toBe(200)
    expect(text).not.toContain('bob’s')
  })
})

describe('a list with relations', () => {
  it('is one statement for the caller’s existing rows', async () => {
    statements.length = 0
    const { items } = await c.get('/tasks/related', { query: { q: 'ä' } })
    expect(items.map(({ title, project }) => [title, project?.name])).toEqual([['ÄRGER', 'p']])
    expect(statements).toHaveLength(1)
    const { text } = await ask('/tasks/related')
    expect(text).not.toMatch(/SECRET|bob’s|gone/)
  })
  it('of a database without them reports what is missing', async () => {
    const other = await testDatabase({ models: { Project, Task } })
    const asked = { db: other, query: { limit: 1, sort: 'title' as const } }
    const { request, reply } = { request: { url: 'http://test/' }, reply: { header: () => null } }
    const run = related.run({ ...asked, request, reply: reply as never })
    await expect(run).rejects.toThrow('Pass them: database(url, { relations: relationsOf(')
    await other.close()
  })
})

describe('a custom query', () => {
  it('has the list’s filters in addition to its own', async () => {
    const { items } = await c.get('/tasks/own', { query: { short: true, q: '50' } })
    expect(items.map(({ title }) => title)).toEqual(['50%'])
  })
})

it('the document describes the list correctly', async () => {
  // only cursors of pages are valid, and all texts together exceed the length of a URL
  const short = ['title', 'title.ne', 'title.startsWith', 'title.contains', 'text.ne', 'q']
  const values = { cursor: [], ...Object.fromEntries(short.map((name) => [name, ['50%', '\\']])) }
  const { findings, requests } = await conformance(api, { seed: 5, runs: 15, values })
  expect(findings).toEqual([])
  expect(requests).toBeGreaterThan(200)
})

it('every parameter is documented with a description', () => {
  const operation = api.openapi().paths['/tasks']?.get as
    | { parameters: { name: string; description?: string }[] }
    | undefined
  const parameters = operation?.parameters ?? []
  expect(parameters.map(({ name }) => name)).toEqual([
    'level',
    'done',
    'projectId',
    'title',
    'title.ne',
    'title.startsWith',
    'title.contains',
    'text.ne',
    'text.null',
    'count.in',
    'count.lte',
    'count.gt',
    'dueBefore',
    'dueAfter',
    'cap',
    'q',
    'sort',
    'limit',
    'cursor',
  ])
  expect(parameters.filter(({ description }) => !description?.endsWith('.'))).toEqual([])
})

describe('an invalid declaration', () => {
  const keyless = model('keyless', { a: z.string() })
  const hiddenKey = model('hidden_keys', { k: field(z.uuid(), { primaryKey: true, hidden: true }) })
  const readings = fromTable(
    pgTable('readings', { at: timestamp().primaryKey(), raw: json(), binary: jsonb() }),
  )
  const exact = { at: timestamp({ precision: 3 }), text: timestamp({ mode: 'string' }) }
  const odd = { filter: [], sort: [], search: [] }
  it.each<[string, () => unknown]>([
    ['it has no field "x"', () => listing(Task, { ...odd, filter: ['x' as 'title'] })],
    ['"note" is hidden', () => listing(Task, { ...odd, filter: ['note' as 'title'] })],
    ['"note" is hidden', () => listing(Task, { ...odd, sort: ['-note' as '-title'] })],
    ['"note" is hidden', () => listing(Task, { ...odd, search: ['note' as 'title'] })],
    ['"k" is hidden', () => listing(hiddenKey)],
    ['"data" cannot be filtered by "eq"', () => listing(Task, { filter: ['data'] })],
    ['"done" cannot be filtered by "lt"', () => listing(Task, { filter: [{ done: ['lt'] }] })],
    [
      '"count" cannot be filtered by "contains"',
      () => listing(Task, { filter: [{ count: ['contains'] }] }),
    ],
    [
      '"title" cannot be filtered by "null"',
      () => listing(Task, { filter: [{ title: ['null'] }] }),
    ],
    [
      '"title" cannot be filtered by "constructor"',
      () => listing(Task, { filter: [{ title: ['constructor' as 'eq'] }] }),
    ],
    ['rows cannot be sorted by "data"', () => listing(Task, { sort: ['data'] })],
    [
      '"count" is not a text field, so it cannot be searched',
      () => listing(Task, { search: ['count'] }),
    ],
    ['two parameters are named "limit"', () => listing(Task, { filter: ['limit'] })],
    ['two parameters are named "level"', () => listing(Task, { filter: ['level', 'level'] })],
    ['a sort order is declared twice', () => listing(Task, { sort: ['title', 'title'] })],
    [
      'a page has 1 to 10 rows, so the default cannot be 20',
      () => listing(Task, { limit: { max: 10 } }),
    ],
    ['it has no primary key', () => listing(keyless)],
    ['"at" is part of its key and has microseconds', () => listing(readings)],
    ['"raw" cannot be filtered by "eq"', () => listing(readings, { filter: ['raw'] })],
    [
      '"binary" cannot be filtered by "ne"',
      () => listing(readings, { filter: [{ binary: ['ne'] }] }),
    ],
  ])('is refused: %s', (message, make) => {
    expect(make).toThrow(message)
  })
  it('is accepted for a key with a time that a cursor can hold', () => {
    const table = pgTable('exact', exact, (t) => [primaryKey({ columns: [t.at, t.text] })])
    expect(() => listing(fromTable(table))).not.toThrow()
  })
})
