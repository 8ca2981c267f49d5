import { and, asc, desc, eq, gt, inArray } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { createdAt, id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { router } from '../../routing/router.ts'
import { testDatabase } from '../../testing/test-database.ts'
import type { Database } from '../database.ts'
import { one, type LazyQuery } from './one.ts'
import type { PreparedQuery } from './prepared-query.ts'
import { prepared } from './prepared.ts'
import { transaction } from '../transaction.ts'

const Note = model('prepared_notes', {
  id: id(),
  title: z.string(),
  done: z.boolean().default(false),
  size: z.bigint().nullable(),
  due: z.date().nullable(),
  userId: owner(),
  createdAt: createdAt(),
})

let built = 0
const some = prepared(
  {
    user: z.string(),
    done: z.boolean().optional(),
    order: z.enum(['up', 'down']),
    after: z.date().optional(),
    size: z.bigint().nullable(),
    limit: z.int(),
    offset: z.int(),
  },
  (db, $) => {
    built++
    return db
      .select()
      .from(Note)
      .where(
        and(
          eq(Note.userId, $.user),
          $.done === undefined ? undefined : eq(Note.done, $.done),
          $.after === undefined ? undefined : gt(Note.due, $.after),
          $.size === null ? undefined : gt(Note.size, $.size),
        ),
      )
      .orderBy($.order === 'up' ? asc(Note.title) : desc(Note.title))
      .limit($.limit)
      .offset($.offset)
  },
)
const read = prepared({ title: z.string() }, (db, $) =>
  db.select().from(Note).where(eq(Note.title, $.title)),
)
const listed = prepared({ titles: z.array(z.string()) }, (db, $) =>
  db.select().from(Note).where(inArray(Note.title, $.titles)),
)

let db: Database
const statements: string[] = []
beforeAll(async () => {
  db = await testDatabase({
    models: [Note],
    logger: { logQuery: (text) => void statements.push(text) },
  })
  await db.insert(Note).values(
    Array.from({ length: 12 }, (_, n) => ({
      title: `note ${String(n).padStart(2, '0')}`,
      done: n % 2 === 0,
      size: n % 3 === 0 ? null : BigInt(n),
      due: n % 4 === 0 ? null : new Date(Date.UTC(2026, 0, n)),
      userId: n < 10 ? 'ann' : 'bob',
    })),
  )
})
afterAll(() => db.close())

const notes = router('/notes')
const Query = z.object({
  done: z.boolean().optional(),
  order: z.enum(['up', 'down']).default('up'),
  after: z.date().optional(),
  size: z.bigint().optional(),
  limit: z.int().default(20),
  offset: z.int().default(0),
})
const routes = {
  list: notes.get('/', { query: Query, response: z.array(Note) }, ({ query }) =>
    some(db, { user: 'ann', ...query, size: query.size ?? null }),
  ),
  read: notes.get('/:title', { response: Note, errors: [404] }, ({ params }) =>
    one(read(db, { title: params.title }), 'No such note'),
  ),
  within: notes.get('/within/:title', { response: Note }, ({ params }) =>
    db.transaction(async (tx) => {
      await tx.update(Note).set({ done: true }).where(eq(Note.title, params.title))
      return await one(read(tx, { title: params.title }))
    }),
  ),
}
const apis = () =>
  [true, false].map((databaseJson) => app({ title: 'Notes', routes: { routes }, databaseJson }))

/** Asks for the rows of a query by a route, and for those of its ordinary one. */
async function expectOrdinary(query: LazyQuery<object[]>): Promise<void> {
  const route = router('/same').get('/', { response: z.array(Note) }, () => query as never)
  const answers = [true, false].map(async (databaseJson) => {
    const api = app({ title: 'Same', routes: { same: { route } }, databaseJson })
    const answer = await api.fetch(new Request('http://x/same'))
    expect(answer.status).toBe(200)
    return await answer.text()
  })
  const [fast, plain] = await Promise.all(answers)
  expect(fast).toBe(plain)
}

describe('a prepared query', () => {
  it('is answered with the same bytes as an ordinary one, whatever its inputs', async () => {
    const [fast, plain] = apis()
    const searches = [
      '',
      '?done=true',
      '?done=false&order=down',
      '?after=2026-01-03T00:00:00Z',
      '?size=4&limit=3',
      '?limit=2&offset=3',
      '?done=true&after=2026-01-02T00:00:00Z&size=1&order=down&limit=5&offset=1',
    ]
    for (let round = 0; round < 3; round++)
      for (const search of searches) {
        const [one, other] = await Promise.all(
          [fast, plain].map((api) => api!.fetch(new Request(`http://x/notes${search}`))),
        )
        expect(one!.status).toBe(200)
        expect(await one!.text()).toBe(await other!.text())
      }
  })

  it('is built once for each set of inputs that are there, and of few values', async () => {
    const [fast] = apis()
    const ask = () =>
      fast!.fetch(new Request('http://x/notes?done=true&order=down&limit=7&offset=2'))
    await ask()
    const before = built
    statements.length = 0
    for (let n = 0; n < 5; n++) expect((await ask()).status).toBe(200)
    expect(built).toBe(before)
    expect(statements).toHaveLength(5)
    expect(statements[0]).toContain('to_json')
  })

  it('is the one row, or a 404', async () => {
    const [fast] = apis()
    for (let n = 0; n < 3; n++) {
      const answer = await fast!.fetch(new Request('http://x/notes/note%2003'))
      expect(await answer.json()).toMatchObject({ title: 'note 03', size: null })
    }
    const missing = await fast!.fetch(new Request('http://x/notes/none'))
    expect(missing.status).toBe(404)
    expect(await missing.json()).toMatchObject({ detail: 'No such note' })
  })

  it('runs in a transaction that it is given', async () => {
    const [fast] = apis()
    const answer = await fast!.fetch(new Request('http://x/notes/within/note%2001'))
    expect(await answer.json()).toMatchObject({ title: 'note 01', done: true })
    for await (const tx of transaction(db)) {
      await tx.delete(Note).where(eq(Note.title, 'note 11'))
      expect(await read(tx, { title: 'note 11' })).toStrictEqual([])
    }
  })

  it('is an ordinary query where it is awaited', async () => {
    expect((await read(db, { title: 'note 05' })).map(({ size }) => size)).toStrictEqual([5n])
    expect(read(db, { title: 'a' }).toSQL().params).toStrictEqual(['a'])
  })

  it('is an ordinary query each time where its text has the length of a list', async () => {
    for (const titles of [['note 01'], ['note 02', 'note 03'], ['x', 'y', 'z']])
      expect(await listed(db, { titles })).toHaveLength(
        titles.filter((title) => title.startsWith('note')).length,
      )
    const route = router('/listed').get('/', { response: z.array(Note) }, () =>
      listed(db, { titles: ['note 02', 'note 03'] }),
    )
    const api = app({ title: 'Listed', routes: { listed: { route } } })
    const answer = await api.fetch(new Request('http://x/listed'))
    expect(await answer.json()).toHaveLength(2)
  })

  it('is run from what was built with a value of each kind', () => {
    const search = prepared({ q: z.string(), size: z.bigint(), due: z.date() }, (on, $) =>
      on
        .select()
        .from(Note)
        .where(and(eq(Note.title, $.q), gt(Note.size, $.size), gt(Note.due, $.due))),
    )
    const due = new Date('2026-01-02T03:04:05.678Z')
    const query = search(db, { q: 'a', size: 2n, due }) as unknown as PreparedQuery<unknown>
    expect(query.prepared()?.text.params).toStrictEqual(['a', 2n, '2026-01-02T03:04:05.678Z'])
  })

  it('has the right condition on an empty text and on zero, whatever came before', async () => {
    const search = prepared({ q: z.string(), size: z.bigint(), from: z.int() }, (on, $) =>
      on
        .select()
        .from(Note)
        .where(
          and($.q ? eq(Note.title, $.q) : undefined, $.size ? gt(Note.size, $.size) : undefined),
        )
        .orderBy(asc(Note.title))
        .offset($.from ? $.from : 1),
    )
    for (const q of ['note 04', '', 'note 05'])
      for (const size of [2n, 0n])
        for (const from of [2, 0]) await expectOrdinary(search(db, { q, size, from }))
  })

  it.each<[string, z.ZodType<'up' | 'down'>]>([
    ['a union of few values', z.union([z.literal('down'), z.enum(['up'])])],
    ['values of one’s own', z.custom<'up' | 'down'>()],
    ['a transform', z.string().transform((text) => text as 'up' | 'down')],
    ['few values under wrappers', z.enum(['up', 'down']).default('up').readonly().nonoptional()],
  ])('has the right order by %s', async (_name, order) => {
    const ordered = prepared({ order }, (on, $) =>
      on
        .select()
        .from(Note)
        .orderBy($.order === 'up' ? asc(Note.title) : desc(Note.title)),
    )
    for (const value of ['down', 'up', 'down'] as const)
      await expectOrdinary(ordered(db, { order: value }))
  })

  it('has the right condition on the length of a list', async () => {
    const listed = prepared({ titles: z.array(z.string()) }, (on, $) =>
      on
        .select()
        .from(Note)
        .where($.titles.length > 0 ? inArray(Note.title, $.titles) : undefined)
        .orderBy(asc(Note.title)),
    )
    for (const titles of [[], ['note 03'], ['note 03', 'note 04'], []])
      await expectOrdinary(listed(db, { titles }))
  })

  it.each<[string, (text: string, n: number, at: Date) => unknown]>([
    ['the length of a text', (text) => text.length > 3],
    ['a method of a text', (text) => text.trim()],
    ['a character of a text', (text) => text[0]],
    ['a text in a template', (text) => `%${text}%`],
    ['a sum', (_text, n) => n + 1],
    ['a comparison', (_text, n) => n > 2],
    ['a method of a date', (_text, _n, at) => at.getTime()],
    ['a date as JSON', (_text, _n, at) => JSON.stringify(at)],
  ])('says that it cannot use %s', (_name, use) => {
    const wrong = prepared({ text: z.string(), n: z.int(), at: z.date() }, (on, $) => {
      use($.text, $.n, $.at)
      return on.select().from(Note)
    })
    const query = wrong(db, {
      text: 'long',
      n: 3,
      at: new Date(),
    }) as never as PreparedQuery<unknown>
    expect(() => query.prepared()).toThrow(
      expect.objectContaining({
        code: 'PLINTH_PREPARED_INVALID',
        message: expect.stringMatching(/^A prepared query is built once.* "(text|n|at)"/) as string,
      }),
    )
  })

  it('cannot use an input as a value', () => {
    const doubled = prepared({ limit: z.int() }, (on, $) =>
      on
        .select()
        .from(Note)
        .limit(Number($.limit) * 2),
    )
    const route = router('/doubled').get('/', { response: z.array(Note) }, () =>
      doubled(db, { limit: 1 }),
    )
    const api = app({ title: 'Doubled', routes: { doubled: { route } }, databaseJson: true })
    return expect(
      api.fetch(new Request('http://x/doubled')).then((answer) => answer.status),
    ).resolves.toBe(500)
  })
})
