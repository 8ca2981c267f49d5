import { createRoute, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { jwtVerify } from 'jose'
import { priorities } from '../schema.ts'
import { settings } from '../settings.ts'

export interface Env {
  Variables: { user: string }
}

const key = new TextEncoder().encode(settings.secret)

const authenticate = createMiddleware<Env>(async (c, next) => {
  const [scheme, token] = c.req.header('authorization')?.split(' ') ?? []
  if (scheme !== 'Bearer' || !token) throw new HTTPException(401, { message: 'Not signed in' })
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'exp'],
    })
    c.set('user', payload.sub ?? '')
  } catch {
    throw new HTTPException(401, { message: 'The token is not accepted' })
  }
  await next()
})

const date = z.date().openapi({ type: 'string', format: 'date-time' })
const received = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const Task = z
  .object({
    id: z.uuid(),
    title: z.string(),
    description: z.string().nullable(),
    completed: z.boolean(),
    priority: z.enum(priorities),
    dueAt: date.nullable(),
    projectId: z.uuid().nullable(),
    userId: z.string(),
    createdAt: date,
    updatedAt: date,
  })
  .openapi('Task')

const TaskCreate = z
  .object({
    title: z.string().min(1).max(200),
    description: z.string().max(2000).nullable().optional(),
    completed: z.boolean().optional(),
    priority: z.enum(priorities).optional(),
    dueAt: received.nullable().optional(),
    projectId: z.uuid().nullable().optional(),
  })
  .openapi('TaskCreate')

const Id = z.object({ id: z.uuid().openapi({ param: { name: 'id', in: 'path' } }) })
const Problem = z.object({ message: z.string() })

const json = <S>(schema: S, description: string) => ({
  content: { 'application/json': { schema } },
  description,
})
const bodyOf = <S>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
})
const failures = { 401: json(Problem, 'Not signed in'), 404: json(Problem, 'No such task') }
const middleware = authenticate

export const routes = {
  list: createRoute({
    method: 'get',
    path: '/api/tasks',
    middleware,
    responses: { 200: json(z.array(Task), 'The newest'), 401: failures[401] },
  }),
  read: createRoute({
    method: 'get',
    path: '/api/tasks/{id}',
    middleware,
    request: { params: Id },
    responses: { 200: json(Task, 'The task'), ...failures },
  }),
  create: createRoute({
    method: 'post',
    path: '/api/tasks',
    middleware,
    request: { body: bodyOf(TaskCreate) },
    responses: { 201: json(Task, 'The new task'), 401: failures[401] },
  }),
  update: createRoute({
    method: 'patch',
    path: '/api/tasks/{id}',
    middleware,
    request: { params: Id, body: bodyOf(TaskCreate.partial()) },
    responses: { 200: json(Task, 'The changed task'), ...failures },
  }),
}

export const extraRoute = (n: number) =>
  createRoute({
    method: 'get',
    path: `/api/extra/things-${n}/{id}`,
    middleware,
    request: { params: Id },
    responses: { 200: json(Id, 'It') },
  })
