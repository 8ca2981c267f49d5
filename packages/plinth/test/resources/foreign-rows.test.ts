// Routes that forget to limit rows to the caller. In development, the log says so, once per route.
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  betterAuth,
  createdAt,
  createToken,
  dependency,
  id,
  listing,
  model,
  one,
  owner,
  relationsOf,
  resource,
  router,
  type Database,
  type Logger,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Task = model('tasks', {
  id: id(),
  title: z.string(),
  userId: owner(),
  createdAt: createdAt(),
})
const relations = relationsOf({ Task })
const bobs = '0197f2a4-0000-7000-8000-000000000001'

let db: Database<typeof relations>
beforeAll(async () => {
  db = await testDatabase({ models: { Task }, relations })
  await db.insert(Task).values([
    { id: bobs, title: "Bob's", userId: 'bob' },
    { title: "Ann's", userId: 'ann' },
  ])
})
afterAll(() => db?.close())
beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development')
  vi.stubEnv('VITEST', '')
})
afterEach(() => void vi.unstubAllEnvs())

const current = dependency(() => db, { scope: 'app' })
const user = dependency({ token: bearer() }, ({ token }) => ({ id: token }))
const secret = 'kQ7vZ2mX9pL4wT8rB6nJ1cF5hD3sG0yA'
const member = betterAuth({ secret })
const tenant = dependency({ member }, ({ member }) => ({ id: String(member.claims['org']) }))
const taskList = listing(Task, { sort: ['-createdAt'] })

const declared = () => {
  const r = router('/tasks', { dependencies: { db: current, user } })
  const list = z.array(Task)
  const titles = z.array(z.object({ title: z.string() }))
  return {
    query: r.get('/query', { response: list }, ({ db }) => db.select().from(Task)),
    untyped: r.get('/untyped', {}, ({ db }) => db.select().from(Task)),
    partial: r.get('/partial', { response: titles }, ({ db }) => db.select().from(Task)),
    awaited: r.get('/awaited', { response: list }, async ({ db }) => db.select().from(Task)),
    related: r.get('/related', { response: list }, ({ db }) => db.query.Task.findMany()),
    page: r.get('/page', { query: taskList.query, response: taskList.response }, (context) =>
      taskList.run(context),
    ),
    row: r.get('/row', { response: Task }, ({ db }) =>
      one(db.select().from(Task).where(eq(Task.id, bobs))),
    ),
    mine: r.get('/mine', { response: list }, ({ db, user }) =>
      db.select().from(Task).where(eq(Task.userId, user.id)),
    ),
    ...resource(router('/resource', { dependencies: { db: current, user } }), Task, {
      only: ['list'],
    }),
    tenants: r.get('/tenants', { response: list, dependencies: { user: tenant } }, ({ db, user }) =>
      db.select().from(Task).where(eq(Task.userId, user.id)),
    ),
  }
}

/** Calls a route twice as Ann, and returns the warnings. */
async function warnings(path: string, token = 'ann'): Promise<string[]> {
  const lines: string[] = []
  const quiet = (): void => undefined
  const log: Logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (_, message) => void lines.push(message),
    child: () => log,
  }
  const api = app({ title: 'Tasks', routes: { tasks: declared() }, log })
  for (let n = 0; n < 2; n++) {
    const headers = { authorization: `Bearer ${token}` }
    const response = await api.fetch(new Request(`http://test${path}`, { headers }))
    expect(response.status).toBe(200)
  }
  return lines
}

it.each(['query', 'untyped', 'partial', 'awaited', 'related', 'page', 'row'])(
  'rows of another user are a warning that names the route and the remedy: %s',
  async (name) => {
    expect(await warnings(`/tasks/${name}`)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^tasks\\.${name} \\(GET /tasks/${name}\\) sent rows of "tasks" that belong to other users: add the condition eq\\(Model\\.userId, user\\.id\\), or use resource\\(\\)`,
        ),
      ),
    ])
  },
)

it.each(['/tasks/mine', '/resource'])(
  "a route that sends the caller's own rows has none: %s",
  async (path) => {
    expect(await warnings(path)).toEqual([])
  },
)

it('rows of the organization of the caller are not those of another user', async () => {
  const token = await createToken(secret, { sub: 'carl', claims: { org: 'ann' } })
  expect(await warnings('/tasks/tenants', token)).toEqual([])
})

it('production looks at no row', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  expect(await warnings('/tasks/query')).toEqual([])
})
