// Eager loading of relations of every kind: one statement, with only the fields of the response.
import { defineRelations, eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
  decimal,
  deletedAt,
  field,
  fromTable,
  id,
  insert,
  listing,
  model,
  one,
  remove,
  router,
  withRelations,
  type Database,
} from 'plinth'
import { testDatabase } from 'plinth/testing'
import { pgTable, text } from 'drizzle-orm/pg-core'

const User = fromTable(
  pgTable('users', { id: text('id').primaryKey(), name: text('name'), hash: text('hash') }),
  { hidden: ['hash'] },
)
const Marked = z.string()
model('marked', { id: id(), title: Marked, deletedAt: deletedAt() })
const Project = model('projects', {
  id: id(),
  name: z.string(),
  budget: decimal({ precision: 20, scale: 5 }),
  size: z.bigint(),
  plan: z.object({ at: z.date(), steps: z.array(z.bigint()) }),
  ownerId: field(z.string().nullable(), { references: () => User.id }),
  secret: field(z.string().default('SECRET'), { hidden: true }),
  deletedAt: deletedAt(),
})
const Task = model('tasks', {
  id: id(),
  title: z.string(),
  projectId: field(z.uuid().nullable(), { references: () => Project.id }),
  parentId: z.uuid().nullable(),
  note: field(z.string().default('SECRET'), { hidden: true }),
  createdAt: createdAt(),
})
const Tag = model('tags', { id: id(), name: z.string(), deletedAt: deletedAt() })
const TaskTag = model('task_tags', {
  taskId: field(z.uuid(), { primaryKey: true, references: () => Task.id, onDelete: 'cascade' }),
  tagId: field(z.uuid(), { primaryKey: true, references: () => Tag.id, onDelete: 'cascade' }),
  weight: z.int(),
  by: field(z.string().default('SECRET'), { hidden: true }),
})
const models = { User, Project, Task, Tag, TaskTag }
const relations = defineRelations(models, (r) => ({
  Project: {
    tasks: r.many.Task({ from: r.Project.id, to: r.Task.projectId }),
    owner: r.one.User({ from: r.Project.ownerId, to: r.User.id }),
  },
  Task: {
    project: r.one.Project({ from: r.Task.projectId, to: r.Project.id }),
    parent: r.one.Task({ from: r.Task.parentId, to: r.Task.id, alias: 'tree' }),
    children: r.many.Task({ from: r.Task.id, to: r.Task.parentId, alias: 'tree' }),
    tags: r.many.Tag({
      from: r.Task.id.through(r.TaskTag.taskId),
      to: r.Tag.id.through(r.TaskTag.tagId),
    }),
    links: r.many.TaskTag({ from: r.Task.id, to: r.TaskTag.taskId }),
  },
  TaskTag: { tag: r.one.Tag({ from: r.TaskTag.tagId, to: r.Tag.id }) },
}))

let db: Database<typeof relations>
const statements: string[] = []
beforeAll(async () => {
  const logger = { logQuery: (query: string) => void statements.push(query) }
  db = await testDatabase({ models, relations, logger })
})
afterAll(() => db?.close())

const at = new Date('2026-01-02T03:04:05.678Z')
let ids: { task: string; child: string; project: string; gone: string }
beforeEach(async () => {
  for (const table of [TaskTag, Task, Tag, Project, User]) await db.delete(table)
  await insert(db, User, { id: 'ann', name: 'Ann', hash: 'SECRET' })
  const project = await one(
    insert(db, Project, {
      name: 'p',
      budget: '123456789012345.00001',
      size: 2n ** 60n,
      plan: { at, steps: [1n, 2n ** 61n] },
      ownerId: 'ann',
    }),
  )
  const task = await one(insert(db, Task, { title: 'a', projectId: project.id }))
  const child = await one(
    insert(db, Task, { title: 'b', projectId: project.id, parentId: task.id }),
  )
  const tags = await insert(db, Tag, [{ name: 'x' }, { name: 'y' }, { name: 'gone' }])
  await insert(
    db,
    TaskTag,
    tags.map((tag, weight) => ({ taskId: task.id, tagId: tag.id, weight })),
  )
  const gone = await one(remove(db, Tag).where(eq(Tag.name, 'gone')))
  ids = { task: task.id, child: child.id, project: project.id, gone: gone.id }
  statements.length = 0
})

const Full = withRelations(
  Task,
  {
    project: z.nullable(
      withRelations(Project, {
        owner: z.nullable(User),
        tasks: { schema: z.array(Task.$read.pick({ title: true })), orderBy: { title: 'desc' } },
      }),
    ),
    parent: z.nullable(Task),
    children: z.array(withRelations(Task, { children: z.array(Task) })),
    tags: { schema: z.array(Tag.$read.pick({ name: true })), orderBy: { name: 'desc' }, limit: 2 },
    links: {
      schema: z.array(withRelations(TaskTag, { tag: z.nullable(Tag.$read.pick({ name: true })) })),
      orderBy: { weight: 'asc' },
    },
  },
  'FullTask',
)

const routes = () => {
  const tasks = router('/tasks', { dependencies: { db } })
  const list = tasks.get('/', { response: z.array(Full) }, ({ db }) =>
    db.query.Task.findMany({ with: Full.$with, orderBy: { title: 'asc' } }),
  )
  return app({ title: 'x', routes: { tasks: { list } }, log: silent })
}
const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }

describe('a response with relations', () => {
  it('has one-to-many, many-to-many, the fields of the link, and the row itself again', async () => {
    const response = await routes().fetch(new Request('http://test/tasks'))
    expect(response.status).toBe(200)
    const body: unknown = await response.json()
    const { task, child, project } = ids
    const sent = { id: child, title: 'b', projectId: project, parentId: task }
    expect(body).toMatchObject([
      {
        id: task,
        project: {
          budget: '123456789012345.00001',
          size: String(2n ** 60n),
          plan: { at: at.toISOString(), steps: ['1', String(2n ** 61n)] },
          owner: { id: 'ann', name: 'Ann' },
          tasks: [{ title: 'b' }, { title: 'a' }],
        },
        parent: null,
        children: [{ ...sent, children: [] }],
        tags: [{ name: 'y' }, { name: 'x' }],
        links: [
          { weight: 0, tag: { name: 'x' } },
          { weight: 1, tag: { name: 'y' } },
          { weight: 2, tag: null },
        ],
      },
      { ...sent, parent: { id: task }, children: [], tags: [], links: [] },
    ])
    expect(JSON.stringify(body)).not.toMatch(/SECRET|hash|note|secret|"by"|deletedAt/)
  })

  it('is loaded by one statement, which selects no hidden column of related models', async () => {
    await routes().fetch(new Request('http://test/tasks'))
    expect(statements).toHaveLength(1)
    expect(statements[0]).not.toMatch(/"(?:hash|secret|by)"/)
  })

  it('is a component of the document, under its name', () => {
    const { components, paths } = routes().openapi()
    expect(components?.schemas?.['FullTask']?.['required']).toEqual(
      expect.arrayContaining(['id', 'project', 'parent', 'children', 'tags', 'links']),
    )
    expect(JSON.stringify(paths)).toContain('#/components/schemas/FullTask')
    expect(JSON.stringify({ components, paths })).not.toMatch(/"(?:hash|note|secret|by|deletedAt)"/)
  })
})

describe('a soft-deleted row', () => {
  it('is left out of related lists, and null as a single relation', async () => {
    await remove(db, Project).where(eq(Project.id, ids.project))
    const task = await db.query.Task.findFirst({
      where: { id: ids.task },
      with: withRelations(Task, { project: z.nullable(Project), tags: z.array(Tag) }).$with,
    })
    expect(task?.project).toBeNull()
    expect(task?.tags.map(({ name }) => name).toSorted()).toEqual(['x', 'y'])
  })
  it.each<[string, z.ZodObject]>([
    ['a part', Tag.$read.pick({ name: true })],
    ['all fields optional', Tag.$read.partial()],
    ['additional fields', Tag.$read.extend({ name: z.string().max(9) })],
    ['another object', z.object({ name: z.string() })],
  ])('is left out if the schema is not a model, too: %s', async (_, schema) => {
    const { $with } = withRelations(Task, { tags: z.array(schema) })
    const task = await db.query.Task.findFirst({
      where: { id: ids.task },
      with: $with,
    })
    expect(task?.tags.map(({ name }) => name).toSorted()).toEqual(['x', 'y'])
  })
  it('does not affect rows of another model with the same schema', async () => {
    const { $with } = withRelations(Task, { children: z.array(z.object({ title: Marked })) })
    const task = await db.query.Task.findFirst({ where: { id: ids.task }, with: $with })
    expect(task?.children).toEqual([{ title: 'b' }])
  })
})

describe('withRelations refuses', () => {
  const refusal = (make: () => unknown): string => {
    try {
      make()
    } catch (error) {
      return (error as Error).message
    }
    return 'nothing'
  }
  it.each<[string, () => unknown]>([
    [
      'withRelations of "tasks", relation "title": a field of the model has this name',
      () => withRelations(Task, { title: z.array(Tag) }),
    ],
    [
      'withRelations of "tasks", relation "count": it must be a model, z.object(…), or a list of either',
      () => withRelations(Task, { count: z.int() }),
    ],
    [
      'withRelations of "tasks", relation "project": its row may be marked as removed, and is null then: make it z.nullable(…)',
      () => withRelations(Task, { project: Project }),
    ],
    [
      'withRelations of "tasks", relation "tags": orderBy names "nme", which is not a field of its rows',
      () => withRelations(Task, { tags: { schema: z.array(Tag), orderBy: { nme: 'asc' } } }),
    ],
    [
      'withRelations of "tasks", relation "tags": unknown option "order". Did you mean "orderBy"?',
      () => {
        const tags = { schema: z.array(Tag), order: { name: 'asc' } }
        return withRelations(Task, { tags })
      },
    ],
    [
      'withRelations of "tasks", relation "parent": its row may be left out, and is null then: make it z.nullable(…)',
      () => withRelations(Task, { parent: { schema: Task, where: { title: 'a' } } }),
    ],
    ...[() => ({ title: 'a' }), eq(Task.title, 'a'), null as unknown as object].map(
      (where): [string, () => unknown] => [
        'withRelations of "tasks", relation "tags": its where must be an object, such as { parentId: { isNull: true } }: Drizzle would ignore anything else, and load all rows',
        () => withRelations(Task, { tags: { schema: z.array(Tag), where } }),
      ],
    ),
  ])('%s', (message, make) => {
    expect(refusal(make)).toBe(message)
  })
})

describe('the where of a relation', () => {
  const some = withRelations(Task, {
    children: { schema: z.array(Task), where: { title: { ne: 'b' } } },
    parent: { schema: z.nullable(Task), where: { title: 'x' } },
    tags: { schema: z.array(Tag), where: { name: { in: ['x', 'gone'] } } },
  })

  it('filters related rows, in addition to the soft-deleted ones', async () => {
    await insert(db, Task, { title: 'c', parentId: ids.task })
    const [task, child] = await db.query.Task.findMany({
      with: some.$with,
      orderBy: { title: 'asc' },
    })
    expect(task?.children.map(({ title }) => title)).toEqual(['c'])
    expect(task?.tags.map(({ name }) => name)).toEqual(['x'])
    expect(child?.parent).toBe(null)
  })
  it('filters the rows of a list, too', async () => {
    const tasks = listing(some, { sort: ['title'] })
    const only = { db, query: { limit: 1, sort: 'title' as const } }
    const page = await tasks.run({
      ...only,
      request: new Request('http://localhost/'),
      reply: { header: () => undefined as never },
    })
    expect(page.items[0]?.tags).toEqual([expect.objectContaining({ name: 'x' })])
    expect(page.items[0]?.children).toEqual([])
  })
})
