// Writes that a request builds and never runs, because an `await`, a `return` or a `where` is missing. The response must
// not be a success, and the log says where the write is.
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import {
  app,
  dependency,
  forbidden,
  id,
  insert,
  model,
  one,
  remove,
  router,
  sse,
  transaction,
  update,
  type Database,
  type DatabaseTransaction,
  type Logger,
} from 'plinth'
import { testDatabase } from 'plinth/testing'

const Task = model('tasks', { id: id(), title: z.string() })
const row = { title: 'x' }
const all = sql`true`

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Task } })
})
afterAll(() => db?.close())
beforeEach(() => db.delete(Task))

const current = dependency(() => db, { scope: 'app' })
const session = dependency({ db: current }, ({ db }) => transaction(db))

interface Line {
  readonly message: string
  readonly error: string
}
/** A logger that keeps the errors. */
function recorder(): { readonly log: Logger; readonly lines: Line[] } {
  const lines: Line[] = []
  const quiet = (): void => undefined
  const error = (fields: { err?: unknown }, message: string): void =>
    void lines.push({ message, error: fields.err instanceof Error ? fields.err.message : '' })
  const log: Logger = { debug: quiet, info: quiet, warn: quiet, error, child: () => log }
  return { lines, log }
}

type Body = (db: DatabaseTransaction) => unknown
/** Sends one request to a handler, in a transaction. */
async function run(body: Body): Promise<{ status: number; told: string; rows: number }> {
  const route = router('/x', { dependencies: { db: session } }).post('/', {}, ({ db }) => body(db))
  return send(route)
}
/** @param logged - the errors to wait for, which may come after the response */
async function send(
  route: object,
  logged = 0,
): Promise<{ status: number; told: string; rows: number }> {
  const { log, lines } = recorder()
  const api = app({ title: 'Writes', routes: { x: { route } }, log })
  const response = await api.fetch(new Request('http://test/x', { method: 'POST' }))
  await response.text()
  await vi.waitUntil(() => lines.length >= logged)
  const told = lines.map((line) => `${line.message}: ${line.error}`).join('\n')
  return { status: response.status, told, rows: await db.$count(Task) }
}

const here = /pending-writes\.test\.ts:\d+:\d+/
const forgotten: Record<string, readonly [Body, RegExp]> = {
  'insert()': [(db) => void insert(db, Task, row), /insert of "tasks" was built and never ran/],
  'update().where()': [
    (db) => void update(db, Task, row).where(all),
    /update of "tasks" was built and never ran/,
  ],
  'remove().where()': [
    (db) => void remove(db, Task).where(all),
    /delete of "tasks" was built and never ran/,
  ],
  'one(insert())': [(db) => void one(insert(db, Task, row)), /insert of "tasks"/],
  'a builder of Drizzle': [
    (db) => void db.insert(Task).values(row).returning(),
    /insert of "tasks"/,
  ],
  'an update of Drizzle': [(db) => void db.update(Task).set(row).where(all), /update of "tasks"/],
  'a delete of Drizzle': [(db) => void db.delete(Task), /delete of "tasks"/],
  'raw SQL': [(db) => void db.execute(sql`delete from tasks`), /raw SQL was built and never ran/],
  'update() without where()': [(db) => void update(db, Task, row), /"tasks" has no where/],
  'remove() without where()': [(db) => void remove(db, Task), /"tasks" has no where/],
  'a returned update() without where()': [
    (db) => update(db, Task, row),
    /"tasks" cannot run without a where: add \.where/,
  ],
  'an awaited remove() without where()': [
    async (db) => {
      await (remove(db, Task) as unknown as Promise<void>)
    },
    /"tasks" cannot run without a where: add \.where/,
  ],
  'one of two writes': [
    async (db) => {
      await insert(db, Task, row)
      void insert(db, Task, row)
    },
    /insert of "tasks"/,
  ],
  'a write in a nested transaction': [
    (db) => db.transaction(async (tx) => void insert(tx, Task, row)),
    /insert of "tasks"/,
  ],
}

describe('a handler that forgets a write is a 500, and its transaction is rolled back', () => {
  for (const [kind, [body, words]] of Object.entries(forgotten))
    it(kind, async () => {
      const { status, told, rows } = await run(body)
      expect({ status, rows }).toEqual({ status: 500, rows: 0 })
      expect(told).toMatch(words)
      expect(told).toMatch(here)
    })
})

const fine: Record<string, readonly [Body, number]> = {
  returned: [(db) => insert(db, Task, row), 1],
  awaited: [async (db) => void (await insert(db, Task, row)), 1],
  'returned by an async function': [async (db) => insert(db, Task, row), 1],
  'in Promise.all': [(db) => Promise.all([insert(db, Task, row), insert(db, Task, row)]), 2],
  'as one()': [(db) => one(insert(db, Task, row)), 1],
  executed: [(db) => db.insert(Task).values(row).execute(), 1],
  'prepared and executed': [(db) => db.insert(Task).values(row).prepare('write_task').execute(), 1],
  'part of another statement': [
    (db) => {
      const made = db.$with('made').as(db.insert(Task).values(row).returning())
      return db.with(made).select().from(made)
    },
    1,
  ],
  'in raw SQL': [
    async (db) => {
      await db.execute(sql`with made as ${db.insert(Task).values(row).returning()} select 1`)
    },
    1,
  ],
  'an insert of no rows': [(db) => void insert(db, Task, []), 0],
  'with a where()': [(db) => update(db, Task, row).where(all), 0],
  'in a nested transaction': [
    (db) => db.transaction(async (tx) => void (await insert(tx, Task, row))),
    1,
  ],
}

describe('a write that runs is not reported', () => {
  for (const [kind, [body, written]] of Object.entries(fine))
    it(kind, async () => {
      expect(await run(body)).toEqual({ status: 200, told: '', rows: written })
    })

  it('sent by the fast path, as the response of a route', async () => {
    const route = router('/x', { dependencies: { db: session } }).post(
      '/',
      { response: Task },
      ({ db }) => one(insert(db, Task, row)),
    )
    expect(await send(route)).toEqual({ status: 200, told: '', rows: 1 })
  })
})

describe('a dependency that forgets a write', () => {
  const route = (guard: ReturnType<typeof dependency>, scopes = { db: session }) =>
    router('/x', { dependencies: { ...scopes, guard } }).post('/', {}, () => 'done')

  it('is a 500', async () => {
    const guard = dependency({ db: session }, ({ db }) => void insert(db, Task, row))
    expect(await send(route(guard))).toMatchObject({ status: 500, rows: 0 })
  })
  it('in a generator, before or after its yield, is a 500', async () => {
    const before = dependency({ db: session }, function* ({ db }) {
      void insert(db, Task, row)
      yield
    })
    const after = dependency({ db: session }, function* ({ db }) {
      yield
      void insert(db, Task, row)
    })
    for (const guard of [before, after])
      expect(await send(route(guard))).toMatchObject({
        status: 500,
        told: expect.stringMatching(/insert of "tasks"/),
      })
  })
  it('after the response is logged', async () => {
    const guard = dependency(
      { db: current },
      function* ({ db }) {
        yield
        void insert(db, Task, row)
      },
      { scope: 'response' },
    )
    expect(await send(route(guard), 1)).toMatchObject({
      status: 200,
      told: expect.stringMatching(/insert of "tasks"/),
    })
  })
})

it('a request that fails with another error keeps it, and the write is logged', async () => {
  const { status, told } = await run((db) => {
    void insert(db, Task, row)
    throw forbidden()
  })
  expect(status).toBe(403)
  expect(told).toMatch(/a write was never run: insert of "tasks"/)
})

it('a stream that forgets a write is logged when it ends', async () => {
  const route = router('/x', { dependencies: { db: current } }).post(
    '/',
    { response: sse(z.int()) },
    async function* ({ db }) {
      yield 1
      void insert(db, Task, row)
    },
  )
  expect((await send(route, 1)).told).toMatch(/insert of "tasks"/)
})

it('work outside of a request that forgets a write is rejected', async () => {
  const { log } = recorder()
  const api = app({ title: 'Writes', routes: {}, log })
  await expect(api.run(session, (db) => void insert(db, Task, row))).rejects.toMatchObject({
    code: 'PLINTH_WRITE_NOT_RUN',
  })
  await api.run(session, (db) => insert(db, Task, row))
  expect(await db.select().from(Task).where(eq(Task.title, 'x'))).toHaveLength(1)
})
