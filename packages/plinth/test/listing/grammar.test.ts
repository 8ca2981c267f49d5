// Filters, search and sort orders of a list: callers can use the declared ones and nothing else.
import { defineRelations, eq, sql } from 'drizzle-orm'
import {
  index,
  json,
  jsonb,
  pgTable,
  primaryKey,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
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
  const answer = await api.fetch(new Request(`http://test${path}`))
  const body = (await answer.json()) as { errors?: { path: string[]; code: string }[] }
  return { status: answer.status, text: JSON.stringify(body), error: body.errors?.[0] }
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
    ['of another order', made(['title', 'a', uuid])],
    ['of too few values', made(['-dueAt', at(1).toISOString()])],
    ['of a value of another type', made(['-dueAt', 5, uuid])],
    ['of a date that no row can have', made(['-dueAt', '+010000-01-01T00:00:00.000Z', uuid])],
    ['of SQL', made(['-dueAt', "now()) or ('1'='1", uuid])],
    ['of an id that is none', made(['-dueAt', null, 'x'])],
    ['of nothing', made(null)],
    ['that is no JSON', 'AAAA'],
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
    await expect(run).rejects.toThrow('give it those of defineRelations()')
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
    ['"count" is no text to search in', () => listing(Task, { search: ['count'] })],
    ['two parameters are named "limit"', () => listing(Task, { filter: ['limit'] })],
    ['two parameters are named "level"', () => listing(Task, { filter: ['level', 'level'] })],
    ['an order is named twice', () => listing(Task, { sort: ['title', 'title'] })],
    ['a page has 1 to 10 rows, and not 20 by default', () => listing(Task, { limit: { max: 10 } })],
    ['it has no primary key', () => listing(keyless)],
    ['"at" is of its key, and has microseconds', () => listing(readings)],
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

describe('an order without an index', () => {
  const fields = {
    id: id(),
    title: z.string(),
    slug: field(z.string(), { unique: true }),
    dueAt: z.date().nullable(),
    userId: owner(),
    createdAt: createdAt(),
  }
  const warningsOf = async (declare: () => { readonly query: z.ZodType }): Promise<string[]> => {
    const log: string[] = []
    const warn = (_: object, message: string) => void log.push(message)
    const list = router('/rows').get('/', { query: declare().query }, () => [])
    await app({ title: 'x', routes: { rows: { list } }, log: { ...silent, warn } }).start()
    return log
  }
  it('is reported at startup with the missing index', async () => {
    const Bare = model('bares', fields)
    expect(await warningsOf(() => listing(Bare, { sort: ['-title', 'dueAt', '-dueAt'] }))).toEqual([
      `listing of "bares": no index serves the order "-title", so that each page sorts all rows: add index('bares_title_list_idx').on(t.userId, t.title, t.id) to the model's third argument; where each page is of one project, say within: ['projectId']`,
      `listing of "bares": "title", which the order "-title" is by, may be so long that the cursor of the next page is refused: give it a .max() of at most 1500`,
      `listing of "bares": no index serves the order "dueAt", so that each page sorts all rows: add index('bares_due_at_list_idx').on(t.userId, t.dueAt, t.id) to the model's third argument; where each page is of one project, say within: ['projectId']`,
      `listing of "bares": no index serves the order "-dueAt", so that each page sorts all rows: add index('bares_due_at_down_list_idx').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc().nullsLast()) to the model's third argument; where each page is of one project, say within: ['projectId']`,
    ])
  })
  it('is reported for a text that does not fit in a cursor, because the next page would be refused', async () => {
    const long = model('long', {
      id: id(),
      title: z.string(),
      text: z.string().max(1501).nullable(),
      fits: z.string().max(1500),
      word: z.enum(['a', 'b']),
      at: z.iso.datetime(),
    })
    const sort = ['title', '-text', 'fits', 'word', 'at'] as const
    const told = await warningsOf(() => listing(long, { sort }))
    expect(told.filter((text) => text.includes('cursor'))).toEqual(
      (['title', '-text'] as const).map(
        (order) =>
          `listing of "long": "${order.replace('-', '')}", which the order "${order}" is by, may be so long that the cursor of the next page is refused: give it a .max() of at most 1500`,
      ),
    )
  })
  it('fits in a cursor for every text that is not reported', async () => {
    const Long = model('longest', { id: id(), fits: z.string().max(1500) })
    const own = await testDatabase({ models: { Long } })
    const longest = listing(Long, { sort: ['fits'], limit: { default: 1 } })
    const at = router('/longest', { dependencies: { db: dependency(() => own) } })
    const list = at.get('/', { query: longest.query, response: longest.response }, (context) =>
      longest.run(context),
    )
    await insert(own, Long, [{ fits: '\u4e00'.repeat(1500) }, { fits: '\u9fa5'.repeat(1500) }])
    const api = app({ title: 'x', routes: { list: { list } } })
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const { next } = await c.get('/longest')
    const { items } = await c.get('/longest', { query: { cursor: next ?? '' } })
    expect(items).toHaveLength(1)
    await own.close()
  })
  it('is not reported if an index matches it, forwards or backwards', async () => {
    const Indexed = model('indexed', fields, (t) => [
      index('a').on(t.userId, t.title, t.id),
      index('b').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc()), // Drizzle's default is nulls last
      uniqueIndex('c').on(t.userId, t.createdAt.desc(), t.id.desc()),
    ])
    const sort = ['title', '-title', '-dueAt', 'createdAt', '-createdAt'] as const
    expect(await warningsOf(() => listing(Indexed, { sort }))).toEqual([])
    const [told] = await warningsOf(() => listing(Indexed, { sort: ['dueAt'] }))
    expect(told).toContain('.on(t.userId, t.dueAt, t.id)')
  })
  it('may use an index that starts with a field that is fixed per page, such as a tenant', async () => {
    const tenants = {
      ...fields,
      tenant: field(z.string(), { hidden: true }),
      room: z.string(),
    }
    const Tenants = model('tenants', tenants, (t) => [
      index('a').on(t.tenant, t.createdAt, t.id),
      index('b').on(t.room, t.tenant, t.dueAt, t.id),
    ])
    const by = (within: readonly ('tenant' | 'room')[], sort: 'createdAt' | 'dueAt') =>
      warningsOf(() => listing(Tenants, { sort: [sort], within }))
    expect(await by(['tenant'], 'createdAt')).toEqual([])
    expect(await by(['tenant', 'room'], 'dueAt')).toEqual([])
    expect(await by(['tenant'], 'dueAt')).toEqual([
      `listing of "tenants": no index serves the order "dueAt", so that each page sorts all rows: add index('tenants_due_at_list_idx').on(t.tenant, t.dueAt, t.id) to the model's third argument`,
    ])
    expect(await by([], 'dueAt')).toEqual([expect.stringContaining('.on(t.dueAt, t.id)')])
    expect(() => listing(Tenants, { within: ['tennant' as 'tenant'] })).toThrow(
      'listing of "tenants": it has no field "tennant"',
    )
  })
  it('is reported despite a partial index, one in another order, or one with fewer columns', async () => {
    const Nearly = model('nearly', fields, (t) => [
      index('a')
        .on(t.userId, t.title, t.id)
        .where(sql`title <> ''`),
      index('b').on(t.title, t.id),
      index('c').on(t.userId, t.title),
      index('d').on(t.userId, t.title, t.id.desc()),
      index('e').using('brin', t.userId, t.title, t.id),
      index('f').on(t.userId, t.title.op('text_pattern_ops'), t.id),
    ])
    expect(await warningsOf(() => listing(Nearly, { sort: ['title'] }))).toHaveLength(2)
  })
  it('is not reported for any way to write the index, and Postgres uses it', async () => {
    const upwards = model('upwards', fields, (t) => [
      index('up_title').on(t.userId, t.title, t.id),
      index('up_due').on(t.userId, t.dueAt, t.id),
      index('up_due_down').on(t.userId, t.dueAt.desc().nullsLast(), t.id.desc().nullsLast()),
    ])
    const downwards = model('downwards', fields, (t) => [
      index('down_title').on(t.userId, t.title.desc(), t.id.desc()),
      index('down_due').on(t.userId, t.dueAt.desc(), t.id.desc().nullsFirst()),
      index('down_due_up').on(t.userId, t.dueAt.desc().nullsFirst(), t.id.desc().nullsFirst()),
    ])
    const own = await testDatabase({ models: { upwards, downwards } })
    const uuid = '00000000-0000-4000-8000-000000000000'
    for (const planned of [upwards, downwards]) {
      const sort = ['title', '-title', 'dueAt', '-dueAt'] as const
      let list = listing(planned)
      expect(await warningsOf(() => (list = listing(planned, { sort }) as never))).toEqual([])
      await own.execute(sql`insert into ${planned} (title, slug, user_id, due_at)
        select 't' || i % 100, i, 'u' || i % 20, case when i % 3 = 0 then null else
          timestamptz '2031-01-01' + i % 100 * interval '1 day' end
        from generate_series(1, 20000) as i`)
      await own.execute(sql`analyze ${planned}`)
      for (const order of sort) {
        const value = order.endsWith('title') ? 't50' : '2031-02-01T00:00:00.000Z'
        const cursor = Buffer.from(JSON.stringify([order, value, uuid])).toString('base64url')
        for (const more of [{}, { cursor }]) {
          const page = list.page({
            query: { sort: order, limit: 20, ...more } as never,
            request: { url: 'http://test/' },
            reply: { header: () => undefined as never },
          })
          const query = own
            .select()
            .from(planned)
            .where(sql`${eq(planned.userId, 'u1')} and ${page.where()}`)
            .orderBy(...page.orderBy())
            .limit(page.limit)
          const { rows } = await own.execute(sql`explain ${query.getSQL()}`)
          const plan = rows.map((row) => JSON.stringify(row)).join('\n')
          expect(plan, order).not.toContain('Sort')
          if ('cursor' in more && order.endsWith('title'))
            expect(plan).toMatch(/Index Cond: .*ROW\(/)
        }
      }
    }
    await own.close()
  })
})
