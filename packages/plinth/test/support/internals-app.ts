// An app that uses what drizzle-orm and pg are used for: models, relations, a listing, writes and transactions. It runs
// as a process of its own, calls each of its routes, and prints the responses and the log's warnings as JSON.
import { inspect } from 'node:util'
import { defineRelations, eq, sql } from 'drizzle-orm'
import { index } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import {
  app,
  createdAt,
  dependency,
  field,
  id,
  insert,
  listing,
  model,
  notFound,
  one,
  remove,
  router,
  transaction,
  update,
  withRelations,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Project = model('projects', {
  id: id(),
  name: field(z.string().min(1).max(50), { unique: true }),
  size: z.bigint(),
})
const Task = model(
  'tasks',
  {
    id: id(),
    title: z.string().min(1).max(50),
    done: z.boolean().default(false),
    due: z.date().nullable(),
    projectId: field(z.uuid(), { references: () => Project.id, onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (t) => [index('tasks_title_list_idx').on(t.title, t.id)],
)
const models = { Project, Task }
const relations = defineRelations(models, (r) => ({
  Project: { tasks: r.many.Task({ from: r.Project.id, to: r.Task.projectId }) },
}))
const db = await testDatabase({ models, relations })
const session = dependency({ db }, ({ db }) => transaction(db))
const Loaded = withRelations(Project, { tasks: z.array(Task) })
const tasks = listing(Task, { sort: ['title', '-title'], filter: ['done'] })

const projects = router('/projects', { dependencies: { db } })
const routes = {
  create: projects.post('/', { body: Project.$create, response: Project }, ({ db, body }) =>
    one(insert(db, Project, body)),
  ),
  all: projects.get('/', { response: z.array(Project) }, ({ db }) =>
    db.select().from(Project).orderBy(Project.name),
  ),
  loaded: projects.get('/loaded', { response: z.array(Loaded) }, ({ db }) =>
    db.query.Project.findMany({ with: Loaded.$with, orderBy: { name: 'asc' } }),
  ),
  read: projects.get('/:id', { response: Project, errors: [404] }, ({ db, params }) =>
    one(db.select().from(Project).where(eq(Project.id, params.id)), 'No such project'),
  ),
  fill: projects.post(
    '/:id/tasks',
    {
      body: z.object({ titles: z.array(z.string()) }),
      response: z.array(Task),
      dependencies: { session },
    },
    async ({ session, params, body }) => {
      const due = new Date('2026-01-02T03:04:05.678Z')
      await insert(
        session,
        Task,
        body.titles.map((title) => ({ title, due, projectId: params.id })),
      )
      if (body.titles.includes('stop')) throw notFound('Rolled back')
      return session.select().from(Task).orderBy(Task.title)
    },
  ),
  list: projects.get('/tasks', { query: tasks.query, response: tasks.response }, (context) =>
    tasks.run(context),
  ),
  finish: projects.post('/:id/finish', { response: z.array(Task) }, ({ db, params }) =>
    update(db, Task, { done: true }).where(eq(Task.projectId, params.id)),
  ),
  count: projects.get('/count', { response: z.object({ n: z.int() }) }, ({ db }) =>
    one(db.select({ n: sql<number>`count(*)::int` }).from(Task)),
  ),
  remove: projects.delete('/:id', { response: Project, errors: [404] }, ({ db, params }) =>
    one(remove(db, Project).where(eq(Project.id, params.id)), 'No such project'),
  ),
}

const warnings: string[] = []
const errors: string[] = []
const ignore = () => undefined
const log = {
  debug: ignore,
  info: ignore,
  warn: (_: object, message: string) => void warnings.push(message),
  error: (facts: object, message: string) => void errors.push(`${message} ${inspect(facts)}`),
  child: () => log,
}
const api = app({ title: 'Projects', log, routes: { routes } })
await api.start()

const responses: (readonly [status: number, text: string])[] = []
async function call(method: string, path: string, body?: object): Promise<string> {
  const response = await api.fetch(
    new Request(`http://localhost/projects${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  )
  const text = await response.text()
  responses.push([response.status, text])
  return (JSON.parse(text || '{}') as { id: string }).id
}

const first = await call('POST', '', { name: 'Grüße 🌱', size: '9007199254740993' })
const second = await call('POST', '', { name: 'b', size: '1' })
await call('POST', '', { name: 'b', size: '2' })
await call('POST', `/${first}/tasks`, { titles: ['one', 'two', 'naïve €'] })
await call('POST', `/${second}/tasks`, { titles: ['three', 'stop'] })
// Each query comes often enough to be known by its structure, and to be prepared under a name.
for (let round = 0; round < 6; round++)
  for (const path of [
    '',
    '/loaded',
    `/${first}`,
    '/tasks?sort=-title&limit=2',
    '/tasks?done=true',
    '/count',
  ])
    await call('GET', path)
await Promise.all(Array.from({ length: 20 }, () => call('GET', `/${first}`)))
await call('POST', `/${first}/finish`)
await call('GET', '/tasks?done=true')
await call('DELETE', `/${second}`)
await call('DELETE', `/${second}`)
await api.stop()
await db.close()
process.stdout.write(`${JSON.stringify({ responses, warnings, errors })}\n`)
