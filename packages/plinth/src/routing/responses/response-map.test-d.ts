import { drizzle } from 'drizzle-orm/pglite'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { client } from '../../client/client.ts'
import { one } from '../../database/queries/one.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { bytes, html, text } from '../../http/content/content.ts'
import { download } from '../../http/content/download.ts'
import { redirect } from '../../http/content/redirect.ts'
import { id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { router } from '../router.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string(),
  level: z.enum(['low', 'high']).default('low'),
  dueAt: z.date().nullable(),
  userId: owner(),
})
const Queued = z.object({ job: z.string(), state: z.enum(['queued', 'running']) })
const orm = drizzle.mock()
const db = dependency(() => orm)
const tasks = router('/tasks', { dependencies: { db } })
const task = () => ({ id: '', title: '', level: 'low' as const, dueAt: null, userId: '' })

const read = tasks.get('/:id', { response: Task }, ({ db }) => one(db.select().from(Task)))
const put = tasks.put('/:id', { response: { 200: Task, 201: Task } }, ({ db, reply }) => {
  reply.status = 201
  return one(db.select().from(Task))
})
const start = tasks.post('/', { response: { 200: Task, 202: Queued, 204: null } }, (context) => {
  if (context.params) return context.respond(202, { job: 'x', state: 'queued' })
  return Math.random() > 0.5 ? context.respond(204) : task()
})
const made = tasks.post('/made', { response: { 200: Task, 201: Task } }, ({ db, respond }) =>
  respond(201, one(db.select().from(Task))),
)
const placed = tasks.post(
  '/placed',
  {
    response: {
      201: { content: Task, headers: { location: z.string(), age: z.int().optional() } },
    },
  },
  ({ respond }) => respond(201, task(), { location: '/tasks/1' }),
)
const page = tasks.get('/page', { response: html() }, () => html`<p>${1}</p>`)
const csv = tasks.get('/csv', { response: text('text/csv') }, async () => 'a,b')
const video = tasks.get('/video', { response: bytes('video/mp4') }, async function* () {
  yield new Uint8Array(3)
})
const pdf = tasks.get('/pdf', { response: bytes('application/pdf') }, () => download('./x.pdf'))
const go = tasks.get('/go', { response: { 200: Task, 303: redirect() } }, ({ respond }) =>
  respond(303, '/login'),
)
const either = tasks.get('/either', { response: { 200: html(), 418: html() } }, ({ respond }) =>
  respond(418, '<h1>Teapot</h1>'),
)
const api = app({
  title: 'x',
  routes: { tasks: { read, put, start, made, placed, page, csv, video, pdf, go, either } },
})
const c = client<typeof api>('http://localhost')

describe('the responses of a route by status', () => {
  it('type the results of a client', async () => {
    const calls = async () => {
      expectTypeOf((await c.get('/tasks/:id', { params: { id: '' } })).dueAt).toEqualTypeOf<
        string | null
      >()
      const started = await c.try.post('/tasks')
      if (!started.ok) return
      if (started.status === 200) expectTypeOf(started.data.level).toEqualTypeOf<'low' | 'high'>()
      else if (started.status === 202)
        expectTypeOf(started.data.state).toEqualTypeOf<'queued' | 'running'>()
      else expectTypeOf(started.data).toEqualTypeOf<void>()
      expectTypeOf(started.status).toEqualTypeOf<200 | 202 | 204>()
      expectTypeOf(await c.get('/tasks/page')).toEqualTypeOf<string>()
      expectTypeOf(await c.get('/tasks/csv')).toEqualTypeOf<string>()
      expectTypeOf(await c.get('/tasks/video')).toEqualTypeOf<Blob>()
      expectTypeOf((await c.get('/tasks/go')).title).toEqualTypeOf<string>()
      const failed = await c.try.get('/tasks/either')
      if (!failed.ok && failed.status === 418)
        expectTypeOf(failed.problem.status).toEqualTypeOf<418>()
    }
    expectTypeOf(calls).toBeFunction()
  })
  it('refuse a status that is not declared', () => {
    tasks.get('/n1', { response: Task }, ({ reply, db }) => {
      // @ts-expect-error Type '201' is not assignable to type '200'
      reply.status = 201
      return one(db.select().from(Task))
    })
    tasks.get('/n2', { response: { 200: Task, 202: Queued } }, ({ reply, db }) => {
      // @ts-expect-error Type '202' is not assignable to type '200'
      reply.status = 202
      return one(db.select().from(Task))
    })
    tasks.get('/n3', { response: { 200: Task, 202: Queued } }, ({ respond }) =>
      // @ts-expect-error '201' is not assignable to parameter of type
      respond(201, { job: '', state: 'queued' }),
    )
    // @ts-expect-error '299' does not exist in type
    tasks.get('/n4', { response: { 299: Task } }, () => task())
    tasks.get('/n5', { response: Task }, ({ respond }) => {
      // @ts-expect-error This expression is not callable
      respond(200)
      return task()
    })
  })
  it('refuse a value that does not fit its status', () => {
    tasks.get('/n6', { response: { 200: Task, 202: Queued } }, ({ respond }) =>
      // @ts-expect-error '"done"' is not assignable to type '"queued" | "running"'
      respond(202, { job: '', state: 'done' }),
    )
    // @ts-expect-error is not assignable to
    tasks.get('/n7', { response: html() }, () => ({ a: 1 }))
    tasks.get('/n8', { response: { 200: z.array(Task), 201: Task } }, ({ db }) =>
      // @ts-expect-error the response schema is a list, and the query gives one row
      one(db.select().from(Task)),
    )
    tasks.post(
      '/n9',
      { response: { 201: { content: Task, headers: { location: z.string() } } } },
      // @ts-expect-error Expected 3 arguments, but got 2
      ({ respond }) => respond(201, task()),
    )
  })
  it('refuse a content that a status cannot have', () => {
    // @ts-expect-error is not assignable to
    tasks.get('/n10', { response: { 204: Task } }, () => task())
    // @ts-expect-error is not assignable to
    tasks.get('/n11', { response: { 200: redirect() } }, () => '/x')
    // @ts-expect-error is not assignable to
    tasks.get('/n12', { response: redirect() }, () => '/x')
  })
})
