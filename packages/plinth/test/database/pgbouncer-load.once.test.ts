// @module-tag postgres
// @module-tag pgbouncer
import { asc, eq, sql } from 'drizzle-orm'
import {
  app,
  type Database,
  database,
  dependency,
  header,
  id,
  insert,
  model,
  one,
  owner,
  postgresError,
  router,
  transaction,
} from 'plinth'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { type Pgbouncer, startPgbouncer } from '../support/postgres/pgbouncer.ts'
import { type PostgresServer, startPostgres } from '../support/postgres/postgres-server.ts'
import { startRenamingPooler } from '../support/postgres/renaming-pooler.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string().max(100),
  count: z.int().default(0),
  userId: owner(),
})

let server: PostgresServer
let pooler: Pgbouncer
let direct: Database
let url: string
beforeAll(async () => {
  server = await startPostgres()
  pooler = await startPgbouncer(server)
  vi.stubEnv('PLINTH_TEST_DATABASE_URL', server.url)
  direct = await testDatabase({ models: { Task } })
  vi.unstubAllEnvs()
  const { rows } = await direct.execute('select current_database() as name')
  const through = new URL(server.url)
  through.pathname = `/${rows[0]?.['name'] as string}`
  through.port = `${pooler.port}`
  url = through.href
})
afterAll(async () => {
  await direct?.close()
  await pooler?.stop()
  await server?.stop()
})

const open: Database[] = []
const connect = (options = {}): Database => {
  const db = database(url, options)
  open.push(db)
  return db
}
const warnings: string[] = []
beforeEach(async () => {
  warnings.length = 0
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(`${warning}`))
  await direct.delete(Task)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(open.splice(0).map((db) => db.close()))
})

/** A backend with typical operations, as its own process would run it. */
function backend(db: Database) {
  const session = dependency(() => transaction(db))
  const user = dependency({ name: header(z.string(), { name: 'x-user' }) }, ({ name }) => ({
    id: name,
  }))
  const tasks = router('/tasks', { dependencies: { user } })
  const Id = z.object({ id: z.uuid() })
  const routes = {
    list: tasks.get('/', { response: z.array(Task), dependencies: { db } }, ({ db, user }) =>
      db.select().from(Task).where(eq(Task.userId, user.id)).orderBy(asc(Task.id)),
    ),
    create: tasks.post(
      '/',
      { body: Task.$create, response: Task, status: 201, dependencies: { db: session } },
      ({ db, user, body }) => one(insert(db, Task, { ...body, userId: user.id })),
    ),
    count: tasks.patch(
      '/:id',
      { params: Id, response: Task, errors: [404], dependencies: { db: session } },
      async ({ db, params }) => {
        await db.select().from(Task).where(eq(Task.id, params.id)).for('update')
        return await one(
          db
            .update(Task)
            .set({ count: sql`${Task.count} + 1` })
            .where(eq(Task.id, params.id))
            .returning(),
        )
      },
    ),
    remove: tasks.delete(
      '/:id',
      { params: Id, status: 204, dependencies: { db } },
      async ({ db, params }) => void (await db.delete(Task).where(eq(Task.id, params.id))),
    ),
  }
  return testApp(app({ title: 'Load', routes: { routes } }))
}

it('100 concurrent clients on 5 pgbouncer sessions: nothing fails, and no client sees rows of another', async () => {
  const apps = Array.from({ length: 4 }, () => backend(connect({ max: 25 })))
  const statuses = new Map<number, number>()
  const strange: unknown[] = []
  const worker = async (number: number): Promise<void> => {
    const user = `user-${number}`
    const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await apps[number % apps.length]!.fetch(
        new Request(`http://test/tasks${path}`, {
          method,
          headers: { 'x-user': user, 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
        }),
      )
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      const text = await response.text()
      if (response.status >= 300) strange.push([response.status, method, text])
      return text === '' ? undefined : JSON.parse(text)
    }
    for (let round = 0; round < 5; round++) {
      const made = (await call('POST', '', { title: `${user} ${round}` })) as { id: string }
      await call('PATCH', `/${made.id}`)
      const changed = (await call('PATCH', `/${made.id}`)) as { count: number }
      const list = (await call('GET', '')) as { userId: string; count: number }[]
      if (changed.count !== 2 || list.length !== round + 1) strange.push([user, changed, list])
      if (list.some(({ userId }) => userId !== user)) strange.push([user, list])
      if (round === 4) await call('DELETE', `/${made.id}`)
    }
  }
  await Promise.all(Array.from({ length: 100 }, (_, number) => worker(number)))
  expect(strange).toEqual([])
  expect(Object.fromEntries(statuses)).toEqual({ 201: 500, 200: 1500, 204: 100 })
  const left = await direct.execute('select count(*)::int as n, sum(count)::int as s from tasks')
  expect(left.rows).toEqual([{ n: 400, s: 800 }])
})

it('a locked row delays neither reads nor writes of other rows', async () => {
  const db = connect()
  const read = () => db.select().from(Task).where(eq(Task.userId, 'reader'))
  const [ann, ben] = await db
    .insert(Task)
    .values(['ann', 'ben'].map((userId) => ({ title: 'locked', userId })))
    .returning()
  const unlock = Promise.withResolvers<void>()
  const isLocked = Promise.withResolvers<void>()
  const locked = direct.transaction(async (tx) => {
    await tx.update(Task).set({ count: 1 }).where(eq(Task.id, ann!.id))
    isLocked.resolve()
    await unlock.promise
  })
  await isLocked.promise
  const update = (id: string) => db.update(Task).set({ count: 2 }).where(eq(Task.id, id))
  let waited = 0
  const waiting = [1, 2].map(() => update(ann!.id).then(() => waited++))
  for (let round = 0; round < 5; round++)
    await Promise.all([update(ben!.id), ...Array.from({ length: 40 }, read)])
  expect(waited).toBe(0)
  unlock.resolve()
  await Promise.all([locked, ...waiting])
})

describe('statements prepared under a name', () => {
  const named = async (db: Database): Promise<unknown[]> => {
    const first = db
      .select({ n: sql<number>`1`.as('n') })
      .from(Task)
      .limit(0)
      .prepare('first')
    const second = db.execute(sql`select 1`)
    await second
    return await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        i % 2 === 0 ? first.execute() : db.select().from(Task).where(eq(Task.userId, 'nobody')),
      ),
    )
  }

  it('are not used after a pooler turns out not to keep them', async () => {
    const db = connect({ max: 20 })
    for (let round = 0; round < 5; round++) await named(db)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('they are sent without a name')
    expect(warnings[0]).not.toContain('postgres:postgres@')
  })

  it('are sent again without a name if the pooler forgot them', async () => {
    // the pooler was wrongly detected as keeping them; other clients use sessions that come and go
    const all = [1, 2, 3].map(() => connect({ max: 20, prepare: true }))
    for (let round = 0; round < 10; round++) await Promise.all(all.map(named))
    expect(warnings).toHaveLength(3)
  })

  it('are a 503 if forgotten within a transaction, and have no name in the next one', async () => {
    const db = connect({ max: 20, prepare: true })
    const round = () =>
      Promise.allSettled(
        Array.from({ length: 20 }, () =>
          db.transaction(async (tx) => {
            for (const name of ['one', 'two'])
              await tx.select().from(Task).where(eq(Task.userId, name)).prepare(name).execute()
          }),
        ),
      )
    let failed = 0
    for (let i = 0; i < 20 && failed === 0; i++) {
      for (const one of await round()) {
        if (one.status === 'fulfilled') continue
        failed += 1
        expect(postgresError(one.reason)).toMatchObject({ status: 503 })
      }
    }
    expect(failed).toBeGreaterThan(0)
    expect((await round()).map(({ status }) => status)).toEqual(Array(20).fill('fulfilled'))
    expect(warnings).toHaveLength(1)
  })

  /** The prepared statements on the server after a statement was run under the name `kept`. */
  const prepared = async (db: Database): Promise<unknown[]> => {
    await db.select().from(Task).prepare('kept').execute()
    const { rows } = await db.execute('select name from pg_prepared_statements')
    return rows.map((row) => row['name'])
  }

  it('are used without a pooler', async () => {
    await expect.poll(() => prepared(direct)).toContain('kept')
    expect(warnings).toEqual([])
  })

  it('are used with a pooler that keeps them under its own names', async () => {
    const renaming = await startRenamingPooler(server.port)
    try {
      const through = new URL(url)
      through.port = `${renaming.port}`
      const db = database(through.href, { max: 1 })
      open.push(db)
      await expect.poll(() => prepared(db)).toContain('POOLER_kept')
      expect(warnings).toEqual([])
    } finally {
      await Promise.all(open.splice(0).map((db) => db.close()))
      await renaming.close()
    }
  })
})
