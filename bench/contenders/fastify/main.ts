// Follows fastify.dev: the TypeBox type provider, schemas for requests and responses, and
// @fastify/jwt with the `authenticate` decorator of its README.
import jwt from '@fastify/jwt'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { and, desc, eq } from 'drizzle-orm'
import { db, tasks } from '../schema.ts'
import { settings } from '../settings.ts'
import { Id, Problem, Task, TaskCreate, TaskUpdate } from './schemas.ts'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    user: { sub: string }
  }
}

const app = Fastify().withTypeProvider<TypeBoxTypeProvider>()

await app.register(jwt, { secret: settings.secret })

async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    await request.jwtVerify()
  } catch (error) {
    await reply.send(error)
  }
}

app.setErrorHandler<Error & { statusCode?: number; validation?: unknown }>(
  (error, _request, reply) => {
    const status = error.validation === undefined ? (error.statusCode ?? 500) : 422
    return reply.status(status).send({ message: error.message })
  },
)

const mine = (id: string, user: { sub: string }) =>
  and(eq(tasks.id, id), eq(tasks.userId, user.sub))
const notFound = { message: 'There is no such task' }

app.get(
  '/api/tasks',
  { onRequest: [authenticate], schema: { response: { 200: Task.list } } },
  (request) =>
    db
      .select()
      .from(tasks)
      .where(eq(tasks.userId, request.user.sub))
      .orderBy(desc(tasks.createdAt))
      .limit(20),
)

app.get(
  '/api/tasks/:id',
  {
    onRequest: [authenticate],
    schema: { params: Id, response: { 200: Task.one, 404: Problem } },
  },
  async (request, reply) => {
    const [task] = await db.select().from(tasks).where(mine(request.params.id, request.user))
    return task ?? reply.status(404).send(notFound)
  },
)

app.post(
  '/api/tasks',
  { onRequest: [authenticate], schema: { body: TaskCreate, response: { 201: Task.one } } },
  async (request, reply) => {
    const { dueAt, ...body } = request.body
    const [task] = await db
      .insert(tasks)
      .values({ ...body, dueAt: dueAt ? new Date(dueAt) : null, userId: request.user.sub })
      .returning()
    if (task === undefined) throw new Error('Nothing was inserted')
    return reply.status(201).send(task)
  },
)

app.patch(
  '/api/tasks/:id',
  {
    onRequest: [authenticate],
    schema: { params: Id, body: TaskUpdate, response: { 200: Task.one, 404: Problem } },
  },
  async (request, reply) => {
    const { dueAt, ...body } = request.body
    const [task] = await db
      .update(tasks)
      .set({ ...body, ...(dueAt !== undefined && { dueAt: dueAt ? new Date(dueAt) : null }) })
      .where(mine(request.params.id, request.user))
      .returning()
    return task ?? reply.status(404).send(notFound)
  },
)

for (let n = 0; n < settings.extraRoutes; n += 1)
  app.get(
    `/api/extra/things-${n}/:id`,
    { onRequest: [authenticate], schema: { params: Id, response: { 200: Id } } },
    (request) => request.params,
  )

await app.listen({ port: settings.port, host: settings.host })
