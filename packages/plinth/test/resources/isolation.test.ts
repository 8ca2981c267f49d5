// Random requests of three users to a resource, compared with a model in memory: each user sees
// only their own rows. Runs with row-level security, and with related rows in the responses.
import { defineRelations } from 'drizzle-orm'
import { foreignKey, index, unique } from 'drizzle-orm/pg-core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  deletedAt,
  dependency,
  field,
  id,
  insert,
  listing,
  model,
  owner,
  resource,
  router,
  version,
  withRelations,
} from 'plinth'
import { ownedSession, ownerPolicy, protectRows } from 'plinth/row-security'
import { testDatabase } from 'plinth/testing'
import { seededRandom, type SeededRandom } from '../../src/testing/conformance/seeded-random.ts'

const Book = model(
  'books',
  {
    id: id(),
    title: z.string().max(50),
    note: field(z.string().default('SECRET'), { hidden: true, readonly: true }),
    userId: owner(),
    version: version(),
    deletedAt: deletedAt(),
  },
  (t) => [
    unique('books_id_user_id_key').on(t.id, t.userId),
    index('books_title_idx').on(t.userId, t.title, t.id),
    ownerPolicy(t.userId),
  ],
)
const Page = model(
  'pages',
  { id: id(), number: z.int(), bookId: z.uuid(), userId: owner() },
  (t) => [
    foreignKey({
      name: 'pages_book_id_fkey',
      columns: [t.bookId, t.userId],
      foreignColumns: [Book.id, Book.userId],
    }),
    ownerPolicy(t.userId),
  ],
)
const relations = defineRelations({ Book, Page }, (r) => ({
  Book: { pages: r.many.Page({ from: r.Book.id, to: r.Page.bookId }) },
}))
const BookWithPages = withRelations(Book, {
  pages: { schema: z.array(Page.$read.pick({ number: true })), orderBy: { number: 'asc' } },
})

const db = await testDatabase({ models: { Book, Page }, relations })
await protectRows(db, { Book, Page })
afterAll(() => db.close())
beforeEach(async () => {
  await db.execute('truncate books, pages')
})

const user = dependency({ token: bearer() }, ({ token }) => ({ id: token }), { errors: [401] })
const all = ['list', 'create', 'read', 'replace', 'update', 'remove'] as const
const options = {
  only: all,
  listing: listing(BookWithPages, { sort: ['title', '-title'], search: ['title'] }),
}
const on = () => router('/books', { dependencies: { user } })
const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }
const apis = {
  'the database': app({
    title: 'x',
    log: silent,
    routes: { books: resource(on(), Book, { db, ...options }) },
  }),
  'a session of the caller, with row-level security': app({
    title: 'x',
    log: silent,
    routes: { books: resource(on(), Book, { db: ownedSession(db, user), ...options }) },
  }),
}

interface Known {
  readonly id: string
  readonly userId: string
  title: string
  version: number
  removed: boolean
}
interface Sent {
  readonly method: string
  readonly path?: string
  readonly body?: object
  readonly ifMatch?: string | undefined
}
const titles = ['a', 'B', 'b', 'ä', '%', '_'] as const
const methods = ['GET', 'GET', 'LIST', 'POST', 'POST', 'PATCH', 'PUT', 'DELETE'] as const

/** The expected responses, computed from rows in memory. */
function oracle(caller: string, known: Known | undefined, sent: Sent) {
  if (known === undefined || known.removed || known.userId !== caller) return { status: 404 }
  if (sent.method !== 'GET') {
    if (sent.ifMatch !== undefined && sent.ifMatch !== `"${known.version}"`) return { status: 412 }
    known.version += 1
    Object.assign(known, sent.body)
    known.removed = sent.method === 'DELETE'
  }
  if (known.removed) return { status: 204 }
  const { id, title, userId, version } = known
  return { status: 200, body: { id, title, userId, version } }
}

describe.each(Object.entries(apis))('a resource on %s', (_, api) => {
  const call = async (caller: string, { method, path = '', body, ifMatch }: Sent) => {
    const headers = new Headers({ authorization: `Bearer ${caller}` })
    if (body !== undefined) headers.set('content-type', 'application/json')
    if (ifMatch !== undefined) headers.set('if-match', ifMatch)
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await api.fetch(new Request(`http://test/books${path}`, init))
    const text = await response.text()
    expect(text).not.toContain('SECRET')
    return {
      status: response.status,
      text,
      json: text === '' ? null : (JSON.parse(text) as unknown),
    }
  }
  const pagesOf = new Map<string, number[]>()

  /** A random new row, perhaps with pages. */
  const create = async (draw: SeededRandom, caller: string): Promise<Known> => {
    const title = draw.pick(titles)
    const { status, json, text } = await call(caller, { method: 'POST', body: { title } })
    expect(status, text).toBe(201)
    const { id } = json as { id: string }
    expect(json).toEqual({ id, title, userId: caller, version: 1 })
    const numbers = [1, 2].slice(0, draw.int(0, 2))
    pagesOf.set(id, numbers)
    if (numbers.length > 0)
      await insert(
        db,
        Page,
        numbers.map((number) => ({ number, bookId: id, userId: caller })),
      )
    return { id, userId: caller, title, version: 1, removed: false }
  }

  it.each([1, 2, 3, 4])('returns to each user only their own rows: seed %i', async (seed) => {
    const draw = seededRandom(seed)
    const users = ['ann', 'bob', "o'brien"]
    const rows: Known[] = []
    for (let step = 0; step < 80; step++) {
      const caller = draw.pick(users)
      const method = draw.pick(methods)
      if (method === 'POST' || rows.length === 0) {
        rows.push(await create(draw, caller))
        continue
      }
      if (method === 'LIST') {
        const { json } = await call(caller, { method: 'GET', path: '?limit=100&sort=-title' })
        const items = rows.filter(({ userId, removed }) => userId === caller && !removed)
        const { items: got } = json as { items: { id: string }[] }
        const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
        expect(got.toSorted(byId)).toEqual(
          items
            .map(({ id, title, userId, version }) => ({
              id,
              title,
              userId,
              version,
              pages: (pagesOf.get(id) ?? []).map((number) => ({ number })),
            }))
            .toSorted(byId),
        )
        continue
      }
      const row = draw.pick(rows)
      const ifMatch = method === 'GET' || draw.oneIn(2) ? undefined : `"${draw.int(1, 3)}"`
      const changes = method === 'PATCH' || method === 'PUT'
      const sent = {
        method,
        path: `/${row.id}`,
        ifMatch,
        ...(changes && { body: { title: draw.pick(titles) } }),
      }
      const want = oracle(caller, row, sent)
      const { status, json, text } = await call(caller, sent)
      expect(status, `${step}: ${method} ${text}`).toBe(want.status)
      if (want.body !== undefined) expect(json).toEqual(want.body)
    }
    expect(await db.select().from(Book)).toHaveLength(rows.length)
  })
})
