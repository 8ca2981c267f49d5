// A backend as a Worker, as a user writes it, except for four lines that point Neon's driver to the
// test's bridge.
import { neonConfig } from '@neondatabase/serverless'
import { desc, eq } from 'drizzle-orm'
import {
  app,
  betterAuth,
  createdAt,
  createLogger,
  database,
  id,
  insert,
  model,
  one,
  owner,
  router,
  dependency,
  transaction,
} from 'plinth'
import * as z from 'zod'

interface Env {
  readonly DATABASE_URL: string
  readonly BETTER_AUTH_SECRET: string
  readonly BRIDGE: string
}

export const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200),
  userId: owner(),
  createdAt: createdAt(),
})

function backend({ DATABASE_URL, BETTER_AUTH_SECRET, BRIDGE }: Env) {
  neonConfig.wsProxy = (host, port) => `${BRIDGE}/v2?address=${host}:${port}`
  neonConfig.fetchEndpoint = `http://${BRIDGE}/sql`
  neonConfig.useSecureWebSocket = false
  neonConfig.pipelineConnect = false
  const db = database(DATABASE_URL, { driver: 'neon' })
  const session = dependency({ db }, ({ db }) => transaction(db))
  const user = betterAuth({ secret: BETTER_AUTH_SECRET })
  const tasks = router('/api/tasks', { dependencies: { user } })
  const list = tasks.get('/', { response: z.array(Task), dependencies: { db } }, ({ db, user }) =>
    db.select().from(Task).where(eq(Task.userId, user.id)).orderBy(desc(Task.createdAt)),
  )
  const create = tasks.post(
    '/',
    { body: Task.$create, response: Task, status: 201, dependencies: { db: session } },
    ({ db, user, body }) => one(insert(db, Task, { ...body, userId: user.id })),
  )
  const log = createLogger({ level: 'error' })
  return app({ title: 'Edge', routes: { tasks: { list, create } }, log })
}

let api: ReturnType<typeof backend> | undefined
// oxlint-disable-next-line import/no-default-export -- what the platform looks for
export default {
  fetch: (request: Request, env: Env): Response | Promise<Response> =>
    (api ??= backend(env)).fetch(request),
}
