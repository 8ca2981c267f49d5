// Follows the README of @hono/zod-openapi: createRoute() with Zod schemas, app.openapi(), and a
// defaultHook for validation errors; a middleware verifies tokens with jose. The same file runs on Node
// and on Bun.
import { OpenAPIHono } from '@hono/zod-openapi'
import { and, desc, eq } from 'drizzle-orm'
import { HTTPException } from 'hono/http-exception'
import { db, tasks } from '../schema.ts'
import { settings } from '../settings.ts'
import { type Env, extraRoute, routes } from './routes.ts'

const app = new OpenAPIHono<Env>({
  defaultHook: (result, c) =>
    result.success
      ? undefined
      : c.json({ message: 'Wrong input', issues: result.error.issues }, 422),
})

app.onError((error, c) =>
  error instanceof HTTPException
    ? c.json({ message: error.message }, error.status)
    : c.json({ message: 'Something went wrong' }, 500),
)

const mine = (id: string, user: string) => and(eq(tasks.id, id), eq(tasks.userId, user))
const notFound = { message: 'There is no such task' }

app.openapi(routes.list, async (c) => {
  const rows = await db
    .select()
    .from(tasks)
    .where(eq(tasks.userId, c.get('user')))
    .orderBy(desc(tasks.createdAt))
    .limit(20)
  return c.json(rows, 200)
})

app.openapi(routes.read, async (c) => {
  const { id } = c.req.valid('param')
  const [task] = await db
    .select()
    .from(tasks)
    .where(mine(id, c.get('user')))
  return task ? c.json(task, 200) : c.json(notFound, 404)
})

app.openapi(routes.create, async (c) => {
  const body = c.req.valid('json')
  const [task] = await db
    .insert(tasks)
    .values({ ...body, userId: c.get('user') })
    .returning()
  if (!task) throw new HTTPException(500)
  return c.json(task, 201)
})

app.openapi(routes.update, async (c) => {
  const { id } = c.req.valid('param')
  const [task] = await db
    .update(tasks)
    .set(c.req.valid('json'))
    .where(mine(id, c.get('user')))
    .returning()
  return task ? c.json(task, 200) : c.json(notFound, 404)
})

for (let n = 0; n < settings.extraRoutes; n += 1)
  app.openapi(extraRoute(n), (c) => c.json(c.req.valid('param'), 200))

const { port, host: hostname } = settings
if ('Bun' in globalThis) {
  const { Bun } = globalThis as unknown as { Bun: { serve(options: object): unknown } }
  Bun.serve({ fetch: app.fetch, port, hostname })
} else {
  const { serve } = await import('@hono/node-server')
  serve({ fetch: app.fetch, port, hostname })
}
