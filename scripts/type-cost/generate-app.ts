// Generates a realistic app of any size. Each module has ten routes, a model of twelve fields,
// handlers with Drizzle queries, and four client calls.

/**
 * Generates the files of an app with this many routes, by name. With 0 routes it only has imports.
 */
export function generateApp(routes: number): Record<string, string> {
  const modules = Array.from({ length: Math.ceil(routes / 10) }, (_, at) => at)
  if (modules.length === 0) return { 'imports.ts': imports }
  return {
    'models.ts': `${modelImports}${modules.map(model).join('')}`,
    'dependencies.ts': dependencies,
    ...Object.fromEntries(modules.map((at) => [`r${at}.ts`, routesOf(at)])),
    'main.ts': main(modules),
    'client.ts': `${clientHead}${modules.map(calls).join('')}`,
  }
}

const imports = `import { eq } from 'drizzle-orm'
import { app, model } from 'plinth'
import { client } from 'plinth/client'
import * as z from 'zod'
export const imported = [eq, app, model, client, z]
`

const modelImports = `import { createdAt, field, id, model, owner, updatedAt } from 'plinth'
import * as z from 'zod'
`

const model = (at: number): string => `
export const m${at} = model('m${at}', {
  id: id(),
  title: z.string().min(1).max(200),
  description: z.string().max(2000).nullable().default(null),
  completed: z.boolean().default(false),
  priority: z.enum(['low', 'medium', 'high', 'p${at}']).default('medium'),
  dueAt: z.date().nullable(),
  estimate: z.int().min(0).nullable(),
  labels: z.array(z.string()).default([]),
  userId: owner(),
  parentId: field(z.uuid().nullable(), { ${at > 0 ? `references: () => m${at - 1}.id` : 'unique: true'} }),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})
`

const dependencies = `import { bearer, database, dependency, query, transaction } from 'plinth'
import * as z from 'zod'
const db = database('pglite:memory')
export const session = dependency(() => transaction(db))
export const currentUser = dependency({ token: bearer() }, async ({ token }) => ({ id: token, admin: false }))
export const requireAdmin = dependency({ user: currentUser }, ({ user }) => user.admin)
export const page = dependency(
  { page: query(z.int().default(1)), size: query(z.int().default(20)) },
  ({ page, size }) => ({ limit: size, offset: (page - 1) * size }),
)
`

const routesOf = (at: number): string =>
  `import { and, desc, eq, ilike } from 'drizzle-orm'
import { notFound, one, router } from 'plinth'
import * as z from 'zod'
import { currentUser, page, requireAdmin, session } from './dependencies.ts'
import { m${at} as M } from './models.ts'

const Id = z.object({ id: z.uuid() })
const r = router('/m${at}', { tags: ['m'], dependencies: { user: currentUser, db: session } })

export const list = r.get('/', { query: z.object({ completed: z.boolean().optional() }), response: z.array(M), dependencies: { page } },
  ({ db, user, query, page }) =>
    db.select().from(M)
      .where(and(eq(M.userId, user.id), query.completed === undefined ? undefined : eq(M.completed, query.completed)))
      .orderBy(desc(M.createdAt)).limit(page.limit))
export const create = r.post('/', { body: M.$create, response: M, status: 201 },
  ({ db, user, body }) => one(db.insert(M).values({ ...body, userId: user.id }).returning()))
export const read = r.get('/:id', { params: Id, response: M, errors: [404] },
  ({ db, user, params }) => one(db.select().from(M).where(and(eq(M.id, params.id), eq(M.userId, user.id)))))
export const update = r.patch('/:id', { params: Id, body: M.$update, response: M, errors: [404] },
  ({ db, params, body }) => one(db.update(M).set({ ...body, updatedAt: new Date() }).where(eq(M.id, params.id)).returning()))
export const remove = r.delete('/:id', { status: 204, errors: [404] },
  async ({ db, params }) => { await db.delete(M).where(eq(M.id, params.id)) })
export const stats = r.get('/stats', {},
  async ({ user }) => ({ total: ${at}, by: user.id, at: new Date() }))
export const count = r.get('/count', { response: z.object({ total: z.int() }) },
  async ({ db }) => ({ total: await db.$count(M) }))
export const sub = r.get('/:id/subs/:sub', { response: z.array(M), dependencies: { admin: requireAdmin } },
  async ({ db, params }) => {
    const parent = params.id + params.sub
    return db.select().from(M).where(eq(M.parentId, parent))
  })
export const search = r.get('/search', {
    query: z.object({ q: z.string().min(1), limit: z.int().max(100).default(10) }),
    response: z.array(z.object({ id: z.uuid(), title: z.string() })),
  },
  async ({ db, query }) =>
    db.select({ id: M.id, title: M.title }).from(M).where(ilike(M.title, query.q)).limit(query.limit))
export const done = r.post('/:id/done', { params: Id, response: M },
  async ({ db, params }) => {
    const [row] = await db.update(M).set({ completed: true }).where(eq(M.id, params.id)).returning()
    if (!row) throw notFound()
    return row
  })
`

const main = (modules: readonly number[]): string =>
  `import { app } from 'plinth'
${modules.map((at) => `import * as r${at} from './r${at}.ts'\n`).join('')}
export const api = app({ title: 'Generated', routes: { ${modules.map((at) => `r${at}`).join(', ')} } })
`

const clientHead = `import { client } from 'plinth/client'
import type { api } from './main.ts'
const c = client<typeof api>('http://localhost:8000')
`

const calls = (at: number): string => `
export async function f${at}() {
  const list = await c.get('/m${at}', { query: { completed: true, page: 2 } })
  const created = await c.post('/m${at}', { body: { title: 'x' } })
  const updated = await c.patch('/m${at}/:id', { params: { id: created.id }, body: { completed: true } })
  const stats = await c.get('/m${at}/stats')
  const at: string = stats.at
  return [list[0]?.title, updated.priority, at]
}
`
