// References between models: what Postgres refuses, what goes with a deleted row, and the relations that follow.
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createdAt,
  dependency,
  bearer,
  id,
  insert,
  listing,
  model,
  owner,
  references,
  relationsOf,
  remove,
  resource,
  router,
  unauthorized,
  withRelations,
  type Database,
  type ModelReference,
} from 'plinth'
import { conformance, testDatabase } from 'plinth/testing'

const Project = model('projects', { id: id(), name: z.string().max(50), userId: owner() })
const Task = model('tasks', {
  id: id(),
  title: z.string().max(50),
  projectId: references(() => Project, { nullable: true, onDelete: 'cascade' }),
  parentId: references((): ModelReference<'tasks'> => Task, { nullable: true, many: 'subtasks' }),
  userId: owner(),
  createdAt: createdAt(),
})
const Tag = model('tags', { id: id(), name: z.string().max(50), userId: owner() })
const TaskTag = model('task_tags', {
  taskId: references(() => Task, { primaryKey: true, onDelete: 'cascade' }),
  tagId: references(() => Tag, { primaryKey: true, onDelete: 'cascade' }),
  userId: owner(),
})
const models = { Project, Task, Tag, TaskTag }
const relations = relationsOf(models)

let db: Database<typeof relations>
beforeAll(async () => {
  db = await testDatabase({ models, relations })
})
afterAll(() => db?.close())
beforeEach(async () => {
  await db.delete(Task)
  await db.delete(Project)
  await db.delete(Tag)
})

const user = dependency({ token: bearer() }, ({ token }) => {
  if (token !== 'ann' && token !== 'bob') throw unauthorized()
  return { id: token }
})
const at = { dependencies: { user, db: dependency(() => db) } }
const taskList = listing(Task, { sort: ['-createdAt', 'title'] })
const TaskRead = withRelations(Task, {
  project: z.nullable(Project.$read.pick({ name: true })),
  tags: { schema: z.array(Tag.$read.pick({ name: true })), orderBy: { name: 'asc' } },
  subtasks: z.array(Task.$read.pick({ title: true })),
})
const read = router('/full', at)
const api = app({
  title: 'Tasks',
  routes: {
    projects: resource(router('/projects', at), Project),
    tasks: resource(router('/tasks', at), Task, { listing: taskList }),
    full: {
      list: read.get('/', { response: z.array(TaskRead) }, ({ db, user }) =>
        db.query.Task.findMany({
          with: TaskRead.$with,
          where: { userId: user.id, parentId: { isNull: true } },
          orderBy: { title: 'asc' },
        }),
      ),
    },
  },
})

async function call(method: string, path: string, given: { user: string; body?: object }) {
  const response = await api.fetch(
    new Request(`http://test${path}`, {
      method,
      headers: { authorization: `Bearer ${given.user}`, 'content-type': 'application/json' },
      ...(given.body && { body: JSON.stringify(given.body) }),
    }),
  )
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

describe("a reference to another user's row", () => {
  it('is refused by Postgres on create and update, with the field it is about', async () => {
    const [project] = await insert(db, Project, [{ name: 'Home', userId: 'ann' }])
    const refused = {
      status: 409,
      body: { code: 'PLINTH_FOREIGN_KEY_VIOLATION', errors: [{ path: ['projectId'] }] },
    }
    const body = { title: 'Mine?', projectId: project?.id }
    expect(await call('POST', '/tasks', { user: 'bob', body })).toMatchObject(refused)
    const { body: own } = await call('POST', '/tasks', { user: 'bob', body: { title: 'Mine' } })
    expect(
      await call('PATCH', `/tasks/${own.id}`, { user: 'bob', body: { projectId: project?.id } }),
    ).toMatchObject(refused)
    expect(await call('POST', '/tasks', { user: 'ann', body })).toMatchObject({ status: 201 })
    expect(await db.select().from(Task).where(eq(Task.userId, 'bob'))).toMatchObject([
      { title: 'Mine', projectId: null },
    ])
  })
  it('is refused through a join model and by the model itself', async () => {
    const [task] = await insert(db, Task, [{ title: 'a', userId: 'ann' }])
    const [tag] = await insert(db, Tag, [{ name: 'b', userId: 'bob' }])
    const link = { taskId: task!.id, tagId: tag!.id }
    await expect(insert(db, TaskTag, { ...link, userId: 'ann' })).rejects.toThrow()
    await expect(insert(db, TaskTag, { ...link, userId: 'bob' })).rejects.toThrow()
    const body = { title: 'below', parentId: task!.id }
    expect(await call('POST', '/tasks', { user: 'bob', body })).toMatchObject({ status: 409 })
  })
})

describe('deleting a row that others refer to', () => {
  it('deletes them with onDelete cascade, and is refused without', async () => {
    const [project] = await insert(db, Project, [{ name: 'Home', userId: 'ann' }])
    const [task] = await insert(db, Task, [
      { title: 'a', projectId: project!.id, userId: 'ann' },
      { title: 'other', userId: 'ann' },
    ])
    const [tag] = await insert(db, Tag, [{ name: 'urgent', userId: 'ann' }])
    await insert(db, TaskTag, { taskId: task!.id, tagId: tag!.id, userId: 'ann' })
    const [below] = await insert(db, Task, [{ title: 'b', parentId: task!.id, userId: 'ann' }])
    expect(await call('DELETE', `/tasks/${task!.id}`, { user: 'ann' })).toMatchObject({
      status: 409,
    })
    await remove(db, Task).where(eq(Task.id, below!.id))
    expect(await call('DELETE', `/projects/${project!.id}`, { user: 'ann' })).toMatchObject({
      status: 204,
    })
    expect(await db.select({ title: Task.title }).from(Task)).toEqual([{ title: 'other' }])
    expect(await db.select().from(TaskTag)).toEqual([])
    expect(await db.select().from(Tag)).toHaveLength(1)
  })
})

describe('the relations that follow from references', () => {
  it('are loaded in both directions and through a join model', async () => {
    const [project] = await insert(db, Project, [{ name: 'Home', userId: 'ann' }])
    const [task] = await insert(db, Task, [
      { title: 'a', projectId: project!.id, userId: 'ann' },
      { title: 'b', userId: 'ann' },
    ])
    const tags = await insert(db, Tag, [
      { name: 'y', userId: 'ann' },
      { name: 'x', userId: 'ann' },
    ])
    await insert(
      db,
      TaskTag,
      tags.map((tag) => ({ taskId: task!.id, tagId: tag.id, userId: 'ann' })),
    )
    await insert(db, Task, [{ title: 'below', parentId: task!.id, userId: 'ann' }])
    expect(await call('GET', '/full', { user: 'ann' })).toMatchObject({
      status: 200,
      body: [
        {
          title: 'a',
          project: { name: 'Home' },
          tags: [{ name: 'x' }, { name: 'y' }],
          subtasks: [{ title: 'below' }],
        },
        { title: 'b', project: null, tags: [], subtasks: [] },
      ],
    })
    const back = await db.query.Tag.findMany({ with: { tasks: true }, orderBy: { name: 'asc' } })
    expect(back.map((tag) => tag.tasks.map(({ title }) => title))).toEqual([['a'], ['a']])
    const up = await db.query.Task.findMany({ with: { parent: true }, where: { title: 'below' } })
    expect(up[0]?.parent?.title).toBe('a')
  })
})

describe('a reference in OpenAPI', () => {
  it('has the type of the key, and every generated request gets a documented response', async () => {
    const document = JSON.stringify(api.openapi())
    expect(document).toContain('"projectId":{"anyOf":[{"type":"string","format":"uuid"')
    const { findings, skipped } = await conformance(api, {
      seed: 7,
      runs: 5,
      headers: { authorization: 'Bearer ann' },
      values: { cursor: [] },
    })
    expect({ findings, skipped }).toEqual({ findings: [], skipped: [] })
  })
})
