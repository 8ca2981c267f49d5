// Row-level security: handlers without an owner filter neither return nor change another user's
// rows.
import { eq, sql } from 'drizzle-orm'
import {
  app,
  type Database,
  dependency,
  header,
  id,
  model,
  one,
  owner,
  router,
  transaction,
} from 'plinth'
import { checkRows, ownedSession, ownerPolicy, protectRows } from 'plinth/row-security'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'

const Task = model('tasks', { id: id(), title: z.string().max(100), userId: owner() }, (t) => [
  ownerPolicy(t.userId),
])
const Place = model('places', { id: id(), name: z.string() })

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Task, Place } })
})
afterAll(() => db?.close())

/** Runs a function in a user's transaction, and commits it. */
async function as<T>(
  user: string,
  run: (tx: Parameters<Parameters<Database['transaction']>[0]>[0]) => PromiseLike<T>,
): Promise<T> {
  const opened = transaction(db, { user })
  const tx = (await opened.next()).value!
  try {
    const result = await run(tx)
    await opened.next()
    return result
  } catch (error) {
    await opened.throw(error).catch(() => {})
    throw error
  }
}
const reason = async (running: PromiseLike<unknown>): Promise<Record<string, unknown>> => {
  const error = await Promise.resolve(running).then(
    () => undefined,
    (error: unknown) => error,
  )
  const { cause } = error as { cause?: object }
  return (cause ?? error) as Record<string, unknown>
}

describe('before protectRows', () => {
  it('a user’s transaction is refused, and so is startup', async () => {
    await expect(checkRows(db, { Task })).rejects.toMatchObject({ code: 'PLINTH_ROWS_UNPROTECTED' })
  })
})

describe('after protectRows', () => {
  beforeAll(async () => {
    await protectRows(db, { Task, Place })
    await protectRows(db, { Task, Place })
    await checkRows(db, { Task, Place }, { above: true })
  })
  beforeEach(async () => {
    await db.execute('truncate tasks, places')
    for (const user of ['ann', 'bob', "o'brien\\"])
      await as(user, (tx) => tx.insert(Task).values({ title: `of ${user}`, userId: user }))
    await db.insert(Place).values({ name: 'everywhere' })
  })

  it('raw SQL returns only the user’s own rows', async () => {
    for (const user of ['ann', 'bob', "o'brien\\"]) {
      const { rows } = await as(user, (tx) => tx.execute(sql`select * from tasks`))
      expect(rows.map((row) => row['user_id'])).toEqual([user])
    }
    expect((await as('carl', (tx) => tx.execute(sql`select * from tasks`))).rows).toEqual([])
  })

  it('a user cannot change, remove or create rows of another user', async () => {
    const [theirs] = await as('bob', (tx) => tx.select().from(Task))
    const changed = await as('ann', (tx) =>
      tx.update(Task).set({ title: 'mine' }).where(eq(Task.id, theirs!.id)).returning(),
    )
    expect(changed).toEqual([])
    await as('ann', (tx) => tx.execute('update tasks set title = title || 1'))
    await as('ann', (tx) => tx.execute('delete from tasks where user_id <> $$ann$$'))
    const given = await reason(
      as('ann', (tx) => tx.insert(Task).values({ title: 'for you', userId: 'bob' })),
    )
    expect(given).toMatchObject({ code: '42501' })
    const moved = await reason(as('ann', (tx) => tx.update(Task).set({ userId: 'bob' })))
    expect(moved).toMatchObject({ code: '42501' })
    expect(await as('bob', (tx) => tx.select().from(Task))).toEqual([theirs])
  })

  it('public rows are visible to all users', async () => {
    expect(await as('ann', (tx) => tx.select().from(Place))).toHaveLength(1)
  })

  it('a transaction does not affect the next one on its connection', async () => {
    await as('ann', (tx) => tx.execute('select 1'))
    await as('ann', (tx) => tx.execute('select 1 / 0')).catch(() => {})
    const { rows } = await db.execute(
      `select current_setting('plinth.user_id', true) as owner, current_user = session_user as same`,
    )
    expect(rows[0]?.['owner'] || null).toBeNull()
    expect(rows[0]?.['same']).toBe(true)
  })

  it.each([undefined, '', 'a\0b'])('a user without an id (%j) is refused', async (user) => {
    const error = await reason(as(user as string, (tx) => tx.select().from(Task)))
    expect(error).toMatchObject({ code: 'PLINTH_ROWS_UNPROTECTED' })
  })

  it('a handler without a filter returns and changes only the caller’s rows', async () => {
    const caller = dependency({ xUser: header(z.string()) }, ({ xUser }) => ({ id: xUser }))
    const session = ownedSession(db, caller)
    const routes = router('/tasks', { dependencies: { db: session } })
    const Id = z.object({ id: z.uuid() })
    await using api = testApp(
      app({
        title: 'Forgetful',
        routes: {
          routes: {
            list: routes.get('/', { response: z.array(Task) }, ({ db }) => db.select().from(Task)),
            raw: routes.get(
              '/raw',
              { response: z.array(z.object({ title: z.string() })) },
              async ({ db }) =>
                (await db.execute<{ title: string }>(sql`select * from tasks`)).rows,
            ),
            change: routes.patch(
              '/:id',
              { params: Id, body: Task.$update, response: Task, errors: [404] },
              ({ db, params, body }) =>
                one(db.update(Task).set(body).where(eq(Task.id, params.id)).returning()),
            ),
            remove: routes.delete(
              '/:id',
              { params: Id, response: Task, errors: [404] },
              ({ db, params }) => one(db.delete(Task).where(eq(Task.id, params.id)).returning()),
            ),
          },
        },
      }),
    )
    const call = async (user: string, method: string, path: string, body?: unknown) => {
      const response = await api.fetch(
        new Request(`http://test/tasks${path}`, {
          method,
          headers: { 'x-user': user, 'content-type': 'application/json' },
          body: body === undefined ? null : JSON.stringify(body),
        }),
      )
      return { status: response.status, body: (await response.json()) as never }
    }
    const [theirs] = await as('bob', (tx) => tx.select().from(Task))
    for (const path of ['', '/raw'])
      expect((await call('ann', 'GET', path)).body).toMatchObject([{ title: 'of ann' }])
    const patched = await call('ann', 'PATCH', `/${theirs!.id}`, { title: 'mine' })
    expect(patched).toMatchObject({ status: 404 })
    expect(await call('ann', 'DELETE', `/${theirs!.id}`)).toMatchObject({ status: 404 })
    expect(await as('bob', (tx) => tx.select().from(Task))).toEqual([theirs])
    // many concurrent callers see only their own rows, whatever connections they share
    const users = Array.from({ length: 60 }, (_, i) => ['ann', 'bob', 'carl'][i % 3]!)
    const responses = await Promise.all(users.map((user) => call(user, 'GET', '')))
    for (const [i, response] of responses.entries())
      for (const task of response.body as { title: string }[])
        expect(task.title).toBe(`of ${users[i]}`)
  })
})
