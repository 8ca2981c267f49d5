import { asc, eq, sql } from 'drizzle-orm'
import {
  app,
  channel,
  type Database,
  header,
  id,
  dependency,
  live,
  model,
  owner,
  references,
  relationsOf,
  router,
  sse,
  withRelations,
} from 'plinth'
import { ownerPolicy, protectRows } from 'plinth/row-security'
import { testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'

const Project = model('projects', { id: id(), name: z.string(), userId: owner() })
const Task = model(
  'tasks',
  {
    id: id(),
    title: z.string(),
    dueAt: z.date().nullable(),
    projectId: references(() => Project, { nullable: true }),
    userId: owner(),
  },
  (t) => [ownerPolicy(t.userId)],
)
const relations = relationsOf({ Project, Task })
const changes = channel('tasks', z.null())

type Db = Database<typeof relations>
let db: Db
const statements: string[] = []
const runs = (): number => statements.filter((text) => text.includes('"tasks"')).length
beforeAll(async () => {
  db = await testDatabase({
    models: { Project, Task },
    relations,
    logger: { logQuery: (text) => void statements.push(text) },
  })
  await protectRows(db, { Project, Task })
})
beforeEach(async () => {
  await db.delete(Task)
  statements.length = 0
})
afterAll(() => db?.close())

const listOf = (userId: string) =>
  db.select().from(Task).where(eq(Task.userId, userId)).orderBy(asc(Task.title))
const add = (title: string, userId = 'ann'): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.insert(Task).values({ title, userId, dueAt: new Date(0) })
    await changes.publish(tx, userId, null)
  })
const touch = (userId = 'ann'): Promise<void> => changes.publish(db, userId, null)

const user = dependency({ id: header(z.string(), { name: 'x-user' }) }, ({ id }) => ({ id }))
const tasks = router('/tasks', { dependencies: { user } })
const api = app({
  title: 'Tasks',
  routes: {
    tasks: {
      list: tasks.get('/', { response: z.array(Task) }, ({ user }) => listOf(user.id)),
      watch: tasks.get('/live', { response: sse(z.array(Task)) }, ({ user }) =>
        live(listOf(user.id), changes.subscribe(db, user.id), { every: 20 }),
      ),
    },
  },
})
const request = (path: string, headers: Record<string, string> = {}): Request =>
  new Request(`http://test${path}`, { headers: { 'x-user': 'ann', ...headers } })

interface Event {
  readonly id: string
  readonly data: string
}

/** Reads the events of a stream, one at a time. */
async function connect(headers: Record<string, string> = {}) {
  const response = await api.fetch(request('/tasks/live', headers))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => reader.cancel())
  let text = ''
  const next = async (): Promise<Event> => {
    for (;;) {
      const [, id, data] = /^id: (.*)\ndata: (.*)\n\n/.exec(text) ?? []
      if (id !== undefined && data !== undefined) {
        text = text.slice(text.indexOf('\n\n') + 2)
        return { id, data }
      }
      const { value, done } = await reader.read()
      if (done) throw new Error(`the stream ended after ${text}`)
      text += value
    }
  }
  const titles = async (): Promise<string[]> => {
    const rows = JSON.parse((await next()).data) as { title: string }[]
    return rows.map(({ title }) => title)
  }
  return { next, titles, cancel: () => reader.cancel() }
}

describe('a live list over server-sent events', () => {
  it('is sent at first and after each change, with the bytes of a normal list', async () => {
    await add('one')
    const events = await connect()
    const normal = async (): Promise<string> => (await api.fetch(request('/tasks'))).text()
    expect((await events.next()).data).toBe(await normal())
    await add('two')
    expect((await events.next()).data).toBe(await normal())
    await db.delete(Task)
    await touch()
    expect((await events.next()).data).toBe('[]')
  })

  it('is not sent again if the result is the same, and the last state always arrives', async () => {
    const events = await connect()
    expect(await events.titles()).toEqual([])
    for (let i = 0; i < 5; i++) await touch()
    await Promise.all(Array.from({ length: 10 }, (_, n) => add(`task ${n}`)))
    const seen = new Set<string>()
    for (;;) {
      const titles = await events.titles()
      expect(seen.has(titles.join())).toBe(false)
      seen.add(titles.join())
      if (titles.length === 10) break
    }
  })

  it('costs a client that comes back nothing if nothing changed', async () => {
    await add('one')
    const first = await connect()
    const { id } = await first.next()
    await first.cancel()
    const again = await connect({ 'last-event-id': id })
    await expect.poll(runs).toBeGreaterThan(2)
    await add('two')
    expect(await again.titles()).toEqual(['one', 'two'])
    await again.cancel()
    const stale = await connect({ 'last-event-id': id })
    expect(await stale.titles()).toEqual(['one', 'two'])
  })

  it('is sent to the owner of a change only', async () => {
    const [ann, bob] = [await connect(), await connect({ 'x-user': 'bob' })]
    expect([await ann.titles(), await bob.titles()]).toEqual([[], []])
    await add('secret', 'ann')
    await add('other', 'bob')
    expect(await ann.titles()).toEqual(['secret'])
    expect(await bob.titles()).toEqual(['other'])
  })

  it('shares the runs of its query with the subscribers of an equal list', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => connect()))
    await Promise.all(all.map((each) => each.titles()))
    statements.length = 0
    await add('one')
    for (const each of all) expect(await each.titles()).toEqual(['one'])
    // The insert, and the runs of the query.
    expect(runs()).toBeLessThan(8)
  })
})

describe('the rows of a live list', () => {
  it('can be iterated, and return() ends it with its subscription', async () => {
    const subscription = changes.subscribe(db, 'ann')
    const rows = live(listOf('ann'), subscription, { every: 1 })
    expect((await rows.next()).value).toEqual([])
    await add('one')
    expect((await rows.next()).value).toMatchObject([{ title: 'one', dueAt: new Date(0) }])
    const waiting = rows.next()
    await rows.return()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect((await subscription.next()).done).toBe(true)
  })

  it('may be related ones, written by JavaScript', async () => {
    const WithProject = withRelations(Task, { project: { schema: Project.$read.nullable() } })
    const routes = router('/related')
    const watch = routes.get('/', { response: sse(z.array(WithProject)) }, () =>
      live(
        db.query.Task.findMany({ with: WithProject.$with, orderBy: { title: 'asc' } }),
        changes.subscribe(db, 'ann'),
      ),
    )
    await add('one')
    const response = await app({ title: 'Related', routes: { routes: { watch } } }).fetch(
      new Request('http://test/related'),
    )
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const { value } = await reader.read()
    expect(value).toMatch(/"title":"one".*"project":null/)
    await reader.cancel()
  })

  it('change with each of several channels', async () => {
    const projects = channel('projects', z.null())
    const rows = live(listOf('ann'), [changes.subscribe(db, 'ann'), projects.subscribe(db, 'ann')])
    expect((await rows.next()).value).toEqual([])
    await db.insert(Task).values({ title: 'one', userId: 'ann', dueAt: null })
    await projects.publish(db, 'ann', null)
    expect((await rows.next()).value).toHaveLength(1)
    await rows.return()
  })

  it('are the user’s own with row-level security, whatever the query asks for', async () => {
    await add('of ann', 'ann')
    await add('of bob', 'bob')
    const of = (user: string) =>
      live((tx) => tx.select().from(Task).orderBy(Task.title), changes.subscribe(db, user), {
        user,
        every: 1,
      })
    const [ann, bob] = [of('ann'), of('bob')]
    expect((await ann.next()).value).toMatchObject([{ title: 'of ann' }])
    expect((await bob.next()).value).toMatchObject([{ title: 'of bob' }])
    await add('more of ann', 'ann')
    expect((await ann.next()).value).toHaveLength(2)
    await ann.return()
    await bob.return()
  })
})

describe('a live list is refused', () => {
  const subscription = () => changes.subscribe(db, 'ann')

  it('without an order, which would make equal rows differ', () => {
    const unordered = db
      .select()
      .from(Task)
      .where(sql`true or 'order by' = ''`)
    expect(() => live(unordered, subscription())).toThrow('Add .orderBy(…)')
    const inside = db.select().from(db.select().from(Task).orderBy(Task.id).as('ordered'))
    expect(() => live(inside, subscription())).toThrow('the query has no order')
  })

  it('on a transaction, which ends before it does', async () => {
    await db.transaction(async (tx) => {
      const query = tx.select().from(Task).orderBy(Task.id)
      expect(() => live(query, subscription())).toThrow('the query belongs to a transaction')
    })
  })

  it('when it would change rows', () => {
    const write = db.delete(Task).returning()
    expect(() => live(write, subscription())).toThrow('the query must select rows')
  })

  it('with a user and a query that was not built for one, and the other way round', () => {
    // @ts-expect-error No overload matches this call
    expect(() => live(listOf('ann'), subscription(), { user: 'ann' })).toThrow('must be a function')
    // @ts-expect-error No overload matches this call
    expect(() => live(() => listOf('ann'), subscription())).toThrow('needs the option "user"')
  })

  it('without a subscription, or with options that do not exist', () => {
    expect(() => live(listOf('ann'), [])).toThrow('there is no subscription')
    expect(() => live(listOf('ann'), subscription(), { every: -1 })).toThrow('every is -1')
    // @ts-expect-error No overload matches this call
    expect(() => live(listOf('ann'), subscription(), { everyMs: 1 })).toThrow(
      'Did you mean "every"?',
    )
  })
})
