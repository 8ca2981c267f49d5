// The routes of a resource: row ownership, accepted fields, and startup errors.
import { eq, sql } from 'drizzle-orm'
import { foreignKey, index, unique, type AnyPgColumn } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  createdAt,
  deletedAt,
  dependency,
  field,
  id,
  insert,
  listing,
  model,
  one,
  owner,
  resource,
  router,
  unauthorized,
  updatedAt,
  version,
  type Database,
} from 'plinth'
import { conformance, testDatabase } from 'plinth/testing'

let made = 0
const Note = model(
  'notes',
  {
    id: id(),
    title: z.string().min(1).max(50),
    level: z.enum(['low', 'high']).default('low'),
    mark: z.string().max(20).nullable(),
    slug: field(z.string().max(20).nullable(), { unique: true }),
    kind: field(z.string().max(20), { immutable: true }),
    place: field(z.int(), { default: sql`7` }),
    serial: field(z.int(), { default: () => (made += 1) }),
    secret: field(z.string().default('SECRET'), { hidden: true, readonly: true }),
    memo: field(z.string().max(20).nullable(), { hidden: true }),
    pin: field(z.string().max(20).default('0000'), { hidden: true }),
    userId: owner(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    version: version(),
    deletedAt: deletedAt(),
  },
  (t) => [index('notes_list_idx').on(t.userId, t.createdAt, t.id)],
)
const Country = model('countries', {
  code: field(z.string().length(2), { primaryKey: true }),
  name: z.string().max(50),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Note, Country } })
})
afterAll(() => db?.close())
beforeEach(async () => {
  await db.delete(Note)
  await db.delete(Country)
})

const database = dependency(() => db)
const user = dependency(
  { token: bearer({ required: false }) },
  ({ token }) => {
    if (token === null) throw unauthorized()
    return { id: token }
  },
  { errors: [401] },
)
const noteList = listing(Note, { filter: ['level'], sort: ['-createdAt'], search: ['title'] })
const every = ['list', 'create', 'read', 'replace', 'update', 'remove'] as const
const notes = resource(router('/api/notes', { dependencies: { user } }), Note, {
  db: database,
  listing: noteList,
  only: every,
})
const { list: shared, ...countries } = resource(
  router('/api/:lang/countries', { dependencies: { db: database } }),
  Country,
  { descriptions: { remove: 'Its name is forgotten.' } },
)
const say = () => undefined
const silent = { debug: say, info: say, warn: say, error: say, child: () => silent }
const api = app({
  title: 'Notes',
  log: silent,
  routes: { notes, countries: { shared, ...countries } },
})

interface Sent {
  readonly token?: string
  readonly body?: object
  readonly ifMatch?: string
}
async function call(method: string, path: string, { token = 'ann', body, ifMatch }: Sent = {}) {
  const headers = new Headers()
  if (token !== '') headers.set('authorization', `Bearer ${token}`)
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (ifMatch !== undefined) headers.set('if-match', ifMatch)
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await api.fetch(new Request(`http://test${path}`, init))
  const text = await response.text()
  const json = (text === '' ? null : JSON.parse(text)) as Readonly<Record<string, unknown>>
  return { status: response.status, json, text, etag: response.headers.get('etag') }
}
const newNote = async (token = 'ann', more: object = {}) => {
  const { status, json, text } = await call('POST', '/api/notes', {
    token,
    body: { title: 't', kind: 'k', ...more },
  })
  expect(status, text).toBe(201)
  return json as { readonly id: string } & typeof json
}

describe('a resource', () => {
  it('creates, reads, lists, changes and removes', async () => {
    const note = await newNote('ann', { mark: 'm' })
    expect(note).toMatchObject({ level: 'low', mark: 'm', slug: null, place: 7, userId: 'ann' })
    const path = `/api/notes/${note.id}`
    expect((await call('GET', path)).json).toEqual(note)
    expect((await call('GET', '/api/notes?level=low&q=T')).json).toEqual({
      items: [note],
      next: null,
    })
    expect((await call('GET', '/api/notes?level=high')).json['items']).toEqual([])
    const changed = await call('PATCH', path, { body: { level: 'high' } })
    expect(changed.json).toMatchObject({ level: 'high', mark: 'm', version: 2 })
    expect((await call('DELETE', path)).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await call(method, path)).status).toBe(404)
    expect((await call('PATCH', path, { body: { mark: null } })).status).toBe(404)
    expect((await call('GET', '/api/notes')).json['items']).toEqual([])
    const [row] = await db.select().from(Note)
    expect(row?.deletedAt).toBeInstanceOf(Date)
  })

  it('neither sends nor accepts the model’s private fields', async () => {
    const note = await newNote()
    expect(JSON.stringify(note)).not.toMatch(/SECRET|deletedAt/)
    for (const body of [{ userId: 'bob' }, { secret: 's' }, { id: note.id }, { version: 1 }]) {
      const path = `/api/notes/${note.id}`
      expect((await call('PATCH', path, { body })).status).toBe(422)
      const whole = { title: 't', kind: 'k', ...body }
      expect((await call('POST', '/api/notes', { body: whole })).status).toBe(422)
      expect((await call('PUT', path, { body: { title: 't', ...body } })).status).toBe(422)
    }
  })

  it('replaces all writable fields: an omitted one gets its default', async () => {
    const note = await newNote('ann', { mark: 'm', level: 'high', place: 1, serial: 500 })
    const { json } = await call('PUT', `/api/notes/${note.id}`, { body: { title: 'new' } })
    const { title, mark, level, place, serial, kind } = json
    expect({ title, mark, level, place, serial, kind }).toEqual({
      title: 'new',
      mark: null,
      level: 'low',
      place: 7,
      serial: made,
      kind: 'k',
    })
    const { status } = await call('PUT', `/api/notes/${note.id}`, {
      body: { title: 'new', kind: 'x' },
    })
    expect(status).toBe(422)
  })

  it('keeps fields that the caller cannot read, unless they are sent', async () => {
    const { id } = await newNote('ann', { memo: 'kept', pin: '1234' })
    const hidden = async () => {
      const [row] = await db.select({ memo: Note.memo, pin: Note.pin }).from(Note)
      return row
    }
    const put = (body: object) => call('PUT', `/api/notes/${id}`, { body })
    expect((await put({ title: 'new' })).status).toBe(200)
    expect(await hidden()).toEqual({ memo: 'kept', pin: '1234' })
    expect((await put({ title: 'new', memo: null, pin: '5' })).status).toBe(200)
    expect(await hidden()).toEqual({ memo: null, pin: '5' })
  })

  it('responds with 409 if a unique value already exists', async () => {
    await newNote('ann', { slug: 'a' })
    const other = await newNote('bob')
    const body = { slug: 'a' }
    const options = { token: 'bob', body }
    expect((await call('PATCH', `/api/notes/${other.id}`, options)).status).toBe(409)
    const { status, json } = await call('POST', '/api/notes', {
      body: { title: 't', kind: 'k', ...body },
    })
    expect(status).toBe(409)
    expect(json['errors']).toMatchObject([{ path: ['slug'] }])
  })

  it('changes a row only if it is still the version that the caller read', async () => {
    const note = await newNote()
    const path = `/api/notes/${note.id}`
    const { etag } = await call('GET', path)
    expect(etag).toBe('"1"')
    const ifMatch = etag ?? ''
    expect((await call('PATCH', path, { body: { mark: 'a' }, ifMatch })).status).toBe(200)
    expect((await call('PATCH', path, { body: { mark: 'b' }, ifMatch })).status).toBe(412)
    expect((await call('PUT', path, { body: { title: 'b' }, ifMatch })).status).toBe(412)
    expect((await call('DELETE', path, { ifMatch })).status).toBe(412)
    expect((await call('DELETE', path, { ifMatch: '"2"' })).status).toBe(204)
  })

  it('uses the key in its path, and keeps the parameter names of its router', async () => {
    const body = { code: 'de', name: 'Deutschland' }
    expect((await call('POST', '/api/de/countries', { body })).status).toBe(201)
    expect((await call('GET', '/api/fr/countries/de')).json).toEqual(body)
    expect((await call('GET', '/api/fr/countries/deu')).status).toBe(422)
    expect((await call('GET', '/api/fr/countries')).json).toEqual({ items: [body], next: null })
    const patched = await call('PATCH', '/api/en/countries/de', { body: { name: 'Germany' } })
    expect(patched.json).toEqual({ code: 'de', name: 'Germany' })
    expect((await call('PUT', '/api/en/countries/de', { body: { name: 'x' } })).status).toBe(405)
    expect((await call('DELETE', '/api/en/countries/de')).status).toBe(204)
    expect(await db.select().from(Country)).toEqual([])
  })
})

describe('another user', () => {
  it.each<[string, string, object | undefined]>([
    ['GET', '', undefined],
    ['PATCH', '', { title: 'mine' }],
    ['PUT', '', { title: 'mine' }],
    ['DELETE', '', undefined],
  ])('does not find the first user’s row by %s', async (method, _, body) => {
    const note = await newNote('ann')
    const mine = await newNote('bob')
    const sent = { token: 'bob', ...(body && { body }) }
    const response = await call(method, `/api/notes/${note.id}`, sent)
    expect(response.status).toBe(404)
    const gone = await call(method, '/api/notes/00000000-0000-4000-8000-000000000000', sent)
    const { requestId: a, ...first } = response.json
    const { requestId: b, ...second } = gone.json
    expect(a).not.toBe(b)
    expect(first).toEqual(second)
    expect((await call('GET', `/api/notes/${note.id}`)).json).toEqual(note)
    expect((await call('GET', '/api/notes', { token: 'bob' })).json['items']).toEqual([mine])
  })

  it('does not reach the first user’s rows by a version, a cursor or a filter', async () => {
    for (let i = 0; i < 3; i++) await newNote('ann')
    const note = await newNote('ann')
    await newNote('bob')
    const { next } = (await call('GET', '/api/notes?limit=1')).json
    const page = await call('GET', `/api/notes?limit=50&cursor=${String(next)}`, { token: 'bob' })
    expect(page.text).not.toContain('"ann"')
    const sent = { token: 'bob', ifMatch: '"1"', body: { title: 'mine' } }
    expect((await call('PATCH', `/api/notes/${note.id}`, sent)).status).toBe(404)
    expect((await call('GET', '/api/notes?q=t', { token: 'bob' })).json['items']).toHaveLength(1)
  })

  it('is refused if anonymous, even if the router allows it', async () => {
    for (const [method, path] of [
      ['GET', '/api/notes'],
      ['POST', '/api/notes'],
      ['GET', `/api/notes/${(await newNote()).id}`],
    ] as const)
      expect((await call(method, path, { token: '' })).status).toBe(401)
    const nobody = dependency((): { id: string } | null => null)
    const none = dependency(() => ({ id: '' }))
    for (const user of [nobody, none]) {
      const { list, create } = resource(router('/n', { dependencies: { user } }), Note, {
        db: database,
        only: ['list', 'create'],
      })
      const open = app({ title: 'x', log: silent, routes: { n: { list, create } } })
      expect((await open.fetch(new Request('http://test/n'))).status).toBe(401)
      const body = JSON.stringify({ title: 't', kind: 'k' })
      const headers = { 'content-type': 'application/json' }
      const post = new Request('http://test/n', { method: 'POST', body, headers })
      expect((await open.fetch(post)).status).toBe(401)
    }
  })
})

describe('a custom route', () => {
  it('replaces a handler, or the whole route', async () => {
    const on = router('/mine', { dependencies: { user } })
    const { create, read } = resource(on, Note, {
      db: database,
      only: ['create', 'read', 'list'],
      except: ['list'],
      handlers: {
        create: ({ db, user, body }) =>
          one(insert(db, Note, { ...body, title: `${body.title}!`, userId: user.id })),
      },
    })
    const list = on.get(
      '/',
      { response: z.array(Note), dependencies: { db: database } },
      ({ db }) => db.select().from(Note).where(eq(Note.userId, 'ann')),
    )
    const mine = app({ title: 'x', log: silent, routes: { mine: { create, read, list } } })
    const headers = { authorization: 'Bearer ann', 'content-type': 'application/json' }
    const body = JSON.stringify({ title: 't', kind: 'k' })
    const posted = await mine.fetch(
      new Request('http://test/mine', { method: 'POST', headers, body }),
    )
    const note = (await posted.json()) as { id: string; title: string }
    expect(note.title).toBe('t!')
    const listed = await mine.fetch(new Request('http://test/mine', { headers }))
    expect(await listed.json()).toEqual([note])
    const one_ = await mine.fetch(new Request(`http://test/mine/${note.id}`, { headers }))
    expect(await one_.json()).toEqual(note)
  })
})

it('the document describes the resource correctly', async () => {
  const note = await newNote()
  await newNote('ann', { slug: 'a' })
  const { findings, requests, skipped } = await conformance(api, {
    seed: 11,
    runs: 10,
    headers: { authorization: 'Bearer ann' },
    values: { cursor: [], id: [note.id], code: ['de'], 'if-match': [] },
  })
  expect(findings).toEqual([])
  expect(skipped).toEqual([])
  expect(requests).toBeGreaterThan(300)
})

it('the document has the responses of each route', () => {
  const { paths, components } = api.openapi()
  const statuses = (path: string, method: 'get' | 'put' | 'delete') =>
    Object.keys((paths[path]?.[method] as { responses: object } | undefined)?.responses ?? {})
  expect(statuses('/api/notes/{id}', 'put')).toEqual(
    expect.arrayContaining(['200', '401', '404', '409', '412', '422']),
  )
  expect(statuses('/api/{lang}/countries/{code}', 'delete')).toEqual(
    expect.arrayContaining(['204', '404', '409', '422']),
  )
  expect(statuses('/api/{lang}/countries/{code}', 'delete')).not.toContain('412')
  expect(paths['/api/{lang}/countries/{code}']?.delete?.description).toBe('Its name is forgotten.')
  expect(Object.keys(components?.schemas ?? {})).toEqual(
    expect.arrayContaining(['NoteCreate', 'NoteUpdate', 'NoteReplace', 'NotePage', 'Note']),
  )
})

describe('a reference to rows with an owner', () => {
  const Shelf = model('shelves', { id: id(), userId: owner() }, (t) => [
    unique('shelves_id_user_id_key').on(t.id, t.userId),
  ])
  const withOwner = (t: { shelfId: AnyPgColumn; userId: AnyPgColumn }) => [
    foreignKey({ columns: [t.shelfId, t.userId], foreignColumns: [Shelf.id, Shelf.userId] }),
  ]
  const reference = { references: () => Shelf.id }
  const fields = { id: id(), userId: owner() }
  const warningsOf = async (made: Parameters<typeof resource>[1], owned?: false) => {
    const log: string[] = []
    const warn = (_: object, message: string) => void log.push(message)
    const on = router('/books', { dependencies: { user, db: database } })
    const books = resource(on, made, owned === false ? { owner: false } : {})
    await app({ title: 'x', routes: { books }, log: { ...silent, warn } }).start()
    return log
  }
  it('may point to another user’s row, which startup reports', async () => {
    const Open = model('open_books', { ...fields, shelfId: field(z.uuid(), reference) })
    expect(await warningsOf(Open)).toEqual([
      `resource at "/books": callers may set "shelfId" to the id of another user's row of "shelves": let Postgres refuse it, by a foreignKey({ columns: [t.shelfId, t.userId], foreignColumns: [its id, its owner] }) in the model's third argument`,
    ])
    expect(await warningsOf(Open, false)).toEqual([])
  })
  it.each([
    ['with the owner in it', model('a', { ...fields, shelfId: z.uuid() }, withOwner)],
    [
      'next to one with the owner in it',
      model('b', { ...fields, shelfId: field(z.uuid(), reference) }, withOwner),
    ],
    [
      'that no caller sets',
      model('c', { ...fields, shelfId: field(z.uuid(), { ...reference, readonly: true }) }),
    ],
    [
      'to rows without an owner',
      model('d', { ...fields, country: field(z.string(), { references: () => Country.code }) }),
    ],
  ])('is not reported: %s', async (_, made) => {
    expect(await warningsOf(made as never)).toEqual([])
  })
})

describe('a resource is refused at startup', () => {
  const Pair = model('pairs', {
    a: field(z.int(), { primaryKey: true }),
    b: field(z.int(), { primaryKey: true }),
  })
  const open = () => router('/x', { dependencies: { db: database } })
  it.each<[string, () => unknown]>([
    [
      'the rows have an owner ("userId"), and the router has no dependency "user"',
      () => resource(open(), Note),
    ],
    [
      'it has no database: pass one',
      () => resource(router('/x', { dependencies: { user } }), Note),
    ],
    ['its model needs a primary key of one field', () => resource(open(), Pair)],
    [
      'its listing is not a listing(…) of its model',
      () => resource(open(), Country, { listing: noteList }),
    ],
    [
      'it has a handler for "list", which is not one of its routes',
      () =>
        resource(open(), Country, { except: ['list'], handlers: { list: () => new Response() } }),
    ],
    [
      'it has a description for "replace", which is not one of its routes',
      () => resource(open(), Country, { descriptions: { replace: 'x' } }),
    ],
    [
      'the model has no field "missing"',
      () => resource(open(), Country, { owner: 'missing' as 'name' }),
    ],
    [
      'callers can set the owner "name", and so give their rows to other users',
      () =>
        resource(router('/x', { dependencies: { user, db: database } }), Country, {
          owner: 'name',
        }),
    ],
    [
      '":code" is the name of its rows\' key',
      () => resource(router('/x/:code', { dependencies: { db: database } }), Country),
    ],
    [
      'callers can set "name" to another value than the path\'s ":name"',
      () => resource(router('/x/:name', { dependencies: { db: database } }), Country),
    ],
    [
      '":memo" is a hidden field of its model',
      () => resource(router('/x/:memo', { dependencies: { user, db: database } }), Note),
    ],
    ...['/x/:userId?', '/x/:userId.json', '/x/:userId{[a-z]+}/y'].map(
      (prefix): [string, () => unknown] => [
        `the router "${prefix}": the path segment ":userId`,
        () => resource(router(prefix, { dependencies: { user, db: database } }), Note),
      ],
    ),
    ['its first argument must be a router(…)', () => resource({} as never, Country)],
  ])('%s', (message, make) => {
    expect(make).toThrow(message)
  })
  it('except for rows that are declared public', async () => {
    const all = resource(open(), Note, { owner: false, only: ['list'] })
    await newNote('ann')
    await newNote('bob')
    const both = app({ title: 'x', log: silent, routes: { all } })
    const response = await both.fetch(new Request('http://test/x'))
    expect(((await response.json()) as { items: unknown[] }).items).toHaveLength(2)
  })
})
