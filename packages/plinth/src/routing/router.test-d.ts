import { drizzle } from 'drizzle-orm/pglite'
import { eq } from 'drizzle-orm'
import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { one } from '../database/queries/one.ts'
import { dependency } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { cookie, header, query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { id, owner } from '../models/field.ts'
import { model } from '../models/model.ts'
import { form, file } from '../http/form.ts'
import { router } from './router.ts'
import { event } from '../http/content/stream-events.ts'
import { sse } from '../http/stream.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string(),
  level: z.enum(['low', 'high']).default('low'),
  dueAt: z.date().nullable(),
  userId: owner(),
})
const orm = drizzle.mock()
const db = dependency(() => orm)
const user = dependency(async () => ({ id: 'ann', admin: false }))
const page = dependency({ limit: query(z.int().default(20)) }, ({ limit }) => ({ limit }))
const tasks = router('/api/:org/tasks', { dependencies: { user } })
const planLimit = errorType('PLAN_LIMIT', {
  status: 402,
  title: 'Full',
  data: z.object({ limit: z.int() }),
})

type Flat<T> = { [K in keyof T]: T[K] }
type TypesOf<R extends { '~types': unknown }> = R['~types']

describe('the context of a handler', () => {
  it('contains inputs, dependencies and those of its routers', () => {
    tasks.post(
      '/:id',
      {
        body: Task.$create,
        query: z.object({ deep: z.boolean().optional() }),
        dependencies: { page },
      },
      (context) => {
        expectTypeOf(context.params).toEqualTypeOf<{ org: string; id: string }>()
        expectTypeOf(context.query).toEqualTypeOf<{ deep?: boolean | undefined }>()
        expectTypeOf(context.body.dueAt).toEqualTypeOf<Date | null | undefined>()
        expectTypeOf(context.user).toEqualTypeOf<{ id: string; admin: boolean }>()
        expectTypeOf(context.page).toEqualTypeOf<{ limit: number }>()
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
      },
    )
  })
  it('contains the dependencies of all routers above it', () => {
    const admin = tasks.router('/admin', { dependencies: { page } })
    const route = admin.get('/x', {}, ({ user, page, params }) => ({ user, page, params }))
    expectTypeOf(route.path).toEqualTypeOf<'/api/:org/tasks/admin/x'>()
    expectTypeOf<TypesOf<typeof route>['out']>().toEqualTypeOf<{
      user: { id: string; admin: boolean }
      page: { limit: number }
      params: { org: string }
    }>()
  })
  it('contains the parameters of its path', () => {
    const at = router('/:org')
    at.get('/:id/files/:path*', {}, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{ org: string; id: string; path: string }>()
    })
    at.get('/plain/@me', {}, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{ org: string }>()
    })
    router('/:rest*').get('/', {}, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{ rest: string }>()
    })
    router('').get('/', {}, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{}>()
    })
  })
  it('contains files and fields of a form', () => {
    tasks.post('/', { body: form({ image: file(), alt: z.string() }) }, ({ body }) => {
      expectTypeOf(body).toEqualTypeOf<{ image: File; alt: string }>()
    })
  })
})

describe('the types of a route for a client', () => {
  it('contain its inputs and outputs', () => {
    const route = tasks.post(
      '/',
      {
        body: Task.$create,
        response: Task,
        status: 201,
        errors: [404, planLimit],
        dependencies: { db },
      },
      ({ db, body, user }) =>
        one(
          db
            .insert(Task)
            .values({ ...body, userId: user.id })
            .returning(),
        ),
    )
    expectTypeOf<TypesOf<typeof route>['out']>().toEqualTypeOf<z.output<typeof Task>>()
    expectTypeOf<TypesOf<typeof route>['errors']>().toEqualTypeOf<
      | { readonly status: 404 }
      | { readonly status: 402; readonly code: 'PLAN_LIMIT'; readonly data: { limit: number } }
    >()
  })
  it('contain the inputs and errors of its dependencies and of those of its routers', () => {
    const trial = dependency(() => true, { errors: [planLimit] })
    const locale = dependency(
      { trial, acceptLanguage: header(z.string()), hint: header(z.string(), { name: 'X-Hint' }) },
      () => 'en',
    )
    const theme = dependency(
      { locale, dark: cookie(z.boolean().default(false)), q: query(z.date(), { name: 'q-at' }) },
      () => '',
    )
    const above = router('/x', { dependencies: { page }, errors: [451] })
    const route = above
      .router('/y', { dependencies: { theme }, errors: [410] })
      .get('/', { query: z.object({ limit: z.int(), sort: z.string() }), errors: [404] }, () => 1)
    type Types = TypesOf<typeof route>
    expectTypeOf<Flat<Types['query']>>().toEqualTypeOf<{
      limit: number
      sort: string
      'q-at': Date
    }>()
    expectTypeOf<Flat<Types['headers']>>().toEqualTypeOf<{
      'accept-language': string
      'x-hint': string
    }>()
    expectTypeOf<Flat<Types['cookies']>>().toEqualTypeOf<{ dark?: boolean | undefined }>()
    expectTypeOf<Types['errors']['status']>().toEqualTypeOf<402 | 404 | 410 | 451>()
  })
  it('contain nothing of a dependency that is typed by its value alone', () => {
    const erased: Dependency<{ limit: number }> = page
    const route = router('/x').get('/', { dependencies: { erased } }, () => 1)
    expectTypeOf<TypesOf<typeof route>['query']>().toEqualTypeOf<{}>()
    expectTypeOf<TypesOf<typeof route>['errors']>().toEqualTypeOf<never>()
  })
  it('contain whether the body is a form', () => {
    const json = tasks.post('/json', { body: z.object({}) }, () => 1)
    const sent = tasks.post('/form', { body: form({ n: z.int() }) }, () => 1)
    expectTypeOf<TypesOf<typeof json>['form']>().toEqualTypeOf<false>()
    expectTypeOf<TypesOf<typeof sent>['form']>().toEqualTypeOf<true>()
  })
  it('contain void as the result of a status without a body', () => {
    const route = tasks.delete('/:id', { status: 204 }, () => ({ id: 'deleted' }))
    expectTypeOf<TypesOf<typeof route>['out']>().toEqualTypeOf<void>()
  })
  it('contain the items of a stream', () => {
    const route = tasks.get(
      '/events',
      { response: sse(z.object({ at: z.date() })) },
      async function* () {
        yield { at: new Date() }
        yield event({ at: new Date() }, { id: '1' })
      },
    )
    expectTypeOf<TypesOf<typeof route>['out']>().toEqualTypeOf<AsyncIterable<{ at: Date }>>()
  })
  it('are those of the app, without exports that are not routes', () => {
    const api = app({
      title: 'x',
      routes: { tasks: { read: tasks.get('/', {}, () => 1), helper: () => 1 } },
    })
    expectTypeOf<(typeof api)['~routes']['path']>().toEqualTypeOf<'/api/:org/tasks'>()
  })
})

describe('the compiler refuses', () => {
  const Id = z.object({ org: z.string(), id: z.uuid() })
  it('a result that the response schema does not have', () => {
    // @ts-expect-error Property 'title' is missing
    tasks.get('/a', { response: z.object({ id: z.string(), title: z.string() }) }, () => ({
      id: '',
      titel: '',
    }))
    // @ts-expect-error Type 'number' is not assignable to type 'string'
    tasks.get('/b', { response: z.object({ id: z.string() }) }, () => ({ id: 1 }))
    // @ts-expect-error Type 'string' is not assignable to type '"no" | "yes" | Response'
    tasks.get('/c', { response: z.enum(['yes', 'no']) }, async () => 'maybe')
    tasks.get('/d', { response: z.object({ is: z.enum(['yes', 'no']) }) }, async () => ({
      is: 'yes',
    }))
  })
  it('a query that does not select the fields of the response schema', () => {
    tasks.get(
      '/e',
      { response: Task, dependencies: { db } },
      // @ts-expect-error "the response schema is one value, and the query gives a list: use one(query)"
      ({ db }) => db.select().from(Task),
    )
    tasks.get(
      '/f',
      { response: z.array(Task), dependencies: { db } },
      // @ts-expect-error "the response schema is a list, and the query gives one row"
      ({ db }) => one(db.select().from(Task)),
    )
    tasks.get(
      '/g',
      { response: z.array(Task), dependencies: { db } },
      // @ts-expect-error QueryLacks<"dueAt" | "level" | "title" | "userId">
      ({ db }) => db.select({ id: Task.id }).from(Task),
    )
    tasks.get(
      '/h',
      { response: z.array(z.object({ title: z.int() })), dependencies: { db } },
      // @ts-expect-error QueryMisfits<"title">
      ({ db }) => db.select({ title: Task.title }).from(Task),
    )
  })
  it('a name that is not a dependency', () => {
    // @ts-expect-error Property 'session' does not exist on type 'Context<…>'
    tasks.get('/i', {}, ({ session }) => session)
    // @ts-expect-error Property 'name' does not exist on type '{ id: string; admin: boolean; }'
    tasks.get('/j', {}, ({ user }) => user.name)
  })
  it('a misspelled key of the declaration', () => {
    // @ts-expect-error 'respose' does not exist in type 'RouteSpec<…'. Did you mean to write 'response'?
    tasks.get('/k', { respose: Task }, () => 1)
  })
  it('a params schema without a name of the path', () => {
    // @ts-expect-error the schema lacks "org", which the path has
    tasks.get('/:id', { params: z.object({ id: z.uuid() }) }, () => 1)
    tasks.get('/:id', { params: Id }, () => 1)
  })
  it('a dependency with a reserved name, or a value that is not a dependency', () => {
    // @ts-expect-error Type 'Dependency<…>' is not assignable to type 'undefined'
    tasks.get('/l', { dependencies: { query: page } }, () => 1)
    // @ts-expect-error Property '[value]' is missing
    tasks.get('/m', { dependencies: { orm } }, () => 1)
    // @ts-expect-error Type '() => Dependency<…>' is not assignable to type 'Dependency<unknown, unknown>'
    tasks.get('/n', { dependencies: { page: () => page } }, () => 1)
  })
  it('an owner or a hidden field in an insert from a body', () => {
    tasks.post(
      '/o',
      { body: Task.$create },
      ({ body }) =>
        // @ts-expect-error Property 'userId' does not exist
        body.userId,
    )
  })
  it('data that an error type does not have', () => {
    // @ts-expect-error Expected 1-2 arguments, but got 0
    planLimit()
    // @ts-expect-error Type 'string' is not assignable to type 'number'
    planLimit({ limit: '1' })
  })
  it('an override of another type', () => {
    const api = app({ title: 'x', routes: {} })
    // @ts-expect-error Property 'admin' is missing in type '{ id: string; }'
    api.override(user, () => ({ id: 'x' }))
    api.override(user, () => ({ id: 'x', admin: true }))
    api.override(user, async () => ({ id: 'x', admin: true }))
  })
  it('a filter of another type', () => {
    // @ts-expect-error No overload matches this call
    void orm.select().from(Task).where(eq(Task.title, 1))
  })
})
