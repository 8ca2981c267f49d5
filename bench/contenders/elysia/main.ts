// Follows elysiajs.com: `t` schemas for requests and responses, Elysia's jwt plugin, and a macro that
// provides the user. The same file runs on Bun, and on Node with Elysia's adapter.
import { jwt } from '@elysia/jwt'
import { node } from '@elysia/node'
import { and, desc, eq } from 'drizzle-orm'
import { Elysia, status, t } from 'elysia'
import { db, tasks } from '../schema.ts'
import { settings } from '../settings.ts'
import { Id, Problem, Task, TaskCreate, TaskUpdate } from './schemas.ts'

const isBun = 'Bun' in globalThis
const mine = (id: string, user: string) => and(eq(tasks.id, id), eq(tasks.userId, user))
const notFound = () => status(404, { message: 'There is no such task' })

const auth = new Elysia({ name: 'auth' })
  .use(jwt({ name: 'jwt', secret: settings.secret, exp: '1d' }))
  .macro({
    signedIn: {
      async resolve({ jwt, headers }) {
        const [scheme, token] = headers['authorization']?.split(' ') ?? []
        const claims = scheme === 'Bearer' ? await jwt.verify(token) : false
        if (!claims || typeof claims.sub !== 'string')
          return status(401, { message: 'Not signed in' })
        return { user: claims.sub }
      },
    },
  })

const app = new Elysia(isBun ? {} : { adapter: node() })
  .use(auth)
  .get(
    '/api/tasks',
    async ({ user }) =>
      db
        .select()
        .from(tasks)
        .where(eq(tasks.userId, user))
        .orderBy(desc(tasks.createdAt))
        .limit(20),
    { signedIn: true, response: { 200: t.Array(Task) } },
  )
  .get(
    '/api/tasks/:id',
    async ({ user, params }) => {
      const [task] = await db.select().from(tasks).where(mine(params.id, user))
      return task ?? notFound()
    },
    { signedIn: true, params: Id, response: { 200: Task, 404: Problem } },
  )
  .post(
    '/api/tasks',
    async ({ user, body }) => {
      const [task] = await db
        .insert(tasks)
        .values({ ...body, userId: user })
        .returning()
      return task ? status(201, task) : status(500)
    },
    { signedIn: true, body: TaskCreate, response: { 201: Task } },
  )
  .patch(
    '/api/tasks/:id',
    async ({ user, params, body }) => {
      const [task] = await db.update(tasks).set(body).where(mine(params.id, user)).returning()
      return task ?? notFound()
    },
    { signedIn: true, params: Id, body: TaskUpdate, response: { 200: Task, 404: Problem } },
  )

for (let n = 0; n < settings.extraRoutes; n += 1)
  app.get(`/api/extra/things-${n}/:id`, ({ params }) => params, {
    signedIn: true,
    params: Id,
    response: { 200: Id },
  })

app.listen({ port: settings.port, hostname: settings.host })
