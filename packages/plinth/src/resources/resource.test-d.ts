import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { client } from '../client/client.ts'
import { database } from '../database/database.ts'
import { listing } from '../database/listing/listing.ts'
import { dependency } from '../dependencies/dependency.ts'
import { header } from '../dependencies/parameter.ts'
import { createdAt, field, id, owner } from '../models/field.ts'
import { model } from '../models/model.ts'
import { resource } from './resource.ts'
import { router } from '../routing/router.ts'

const db = database('pglite:memory')
const user = dependency({ tenant: header(z.string()) }, () => ({ id: 'ann', admin: true }), {
  errors: [401],
})
const Note = model('notes', {
  id: id(),
  text: z.string(),
  slug: field(z.string(), { immutable: true }),
  rank: z.int().default(0),
  secret: field(z.string(), { hidden: true, readonly: true }),
  pin: field(z.string(), { hidden: true }),
  userId: owner(),
  createdAt: createdAt(),
})
const on = router('/api/:org/notes', { dependencies: { user } })
const notes = resource(on, Note, {
  db,
  listing: listing(Note, { sort: ['-createdAt'], filter: ['rank'] }),
  only: ['list', 'create', 'read', 'replace', 'update', 'remove'],
  except: ['remove'],
})
const api = app({ title: 'x', routes: { notes } })
const c = client<typeof api>('http://localhost')
const headers = { tenant: 't' }

const safe = resource(on, Note, {
  db,
  only: ['create', 'update', 'remove'],
  idempotent: { create: { required: true }, update: true },
  maxConcurrency: { create: 4, update: { max: 1, queue: 0 } },
})
const safeApi = app({ title: 'x', routes: { safe } })
const ours = client<typeof safeApi>('http://localhost')

describe('the idempotency of a resource for a client', () => {
  const params = { org: 'o', id: 'i' }
  it('is an argument of the routes that have it', () => {
    const call = { params, headers, body: { text: '', slug: '', pin: '' } }
    void (() => ours.post('/api/:org/notes', { ...call, idempotencyKey: true }))
    // @ts-expect-error Property 'idempotencyKey' is missing
    void (() => ours.post('/api/:org/notes', call))
    const change = { params, headers, body: { rank: 1 } }
    void (() => ours.patch('/api/:org/notes/:id', change))
    void (() => ours.patch('/api/:org/notes/:id', { ...change, idempotencyKey: 'x' }))
    // @ts-expect-error 'idempotencyKey' does not exist in type
    void (() => ours.delete('/api/:org/notes/:id', { params, headers, idempotencyKey: 'x' }))
  })
  it('is declared by route, of those that write', () => {
    // @ts-expect-error 'list' does not exist in type
    void (() => resource(on, Note, { db, idempotent: { list: true } }))
    // @ts-expect-error Type 'true' has no properties in common
    void (() => resource(on, Note, { db, idempotent: true }))
    // @ts-expect-error Type 'number' has no properties in common
    void (() => resource(on, Note, { db, maxConcurrency: 4 }))
  })
})

describe('the types of a resource for a client', () => {
  it('contain its routes, except those that are left out', () => {
    expectTypeOf<keyof typeof notes>().toEqualTypeOf<
      'list' | 'create' | 'read' | 'replace' | 'update'
    >()
    expectTypeOf(notes.read.path).toEqualTypeOf<'/api/:org/notes/:id'>()
    expectTypeOf<keyof ReturnType<typeof usual>>().toEqualTypeOf<
      'list' | 'create' | 'read' | 'update' | 'remove'
    >()
  })
  const usual = () => resource(on, Note, { db })
  it('contain the inputs and outputs of its routes', () => {
    const params = { org: 'o', id: 'i' }
    const list = () =>
      c.get('/api/:org/notes', { params, headers, query: { rank: 1, sort: '-createdAt' } })
    expectTypeOf<Awaited<ReturnType<typeof list>>['items'][number]>().toEqualTypeOf<{
      id: string
      text: string
      slug: string
      rank: number
      userId: string
      createdAt: string
    }>()
    void (() =>
      c.post('/api/:org/notes', { params, headers, body: { text: '', slug: '', pin: '' } }))
    void (() => c.put('/api/:org/notes/:id', { params, headers, body: { text: '' } }))
    void (() => c.put('/api/:org/notes/:id', { params, headers, body: { text: '', pin: '1' } }))
    void (() => c.patch('/api/:org/notes/:id', { params, headers, body: { rank: 1 } }))
  })
  it('refuse other inputs', () => {
    const params = { org: 'o', id: 'i' }
    const body = { text: '', slug: '', pin: '' }
    // @ts-expect-error Property 'headers' is missing
    void (() => c.post('/api/:org/notes', { params, body }))
    // @ts-expect-error 'userId' does not exist in type
    void (() => c.post('/api/:org/notes', { params, headers, body: { ...body, userId: 'x' } }))
    // @ts-expect-error 'slug' does not exist in type
    void (() => c.patch('/api/:org/notes/:id', { params, headers, body: { slug: '' } }))
    // @ts-expect-error 'slug' does not exist in type
    void (() => c.put('/api/:org/notes/:id', { params, headers, body: { text: '', slug: '' } }))
    // @ts-expect-error '"/api/:org/notes/:id"' is not assignable
    void (() => c.delete('/api/:org/notes/:id', { params, headers }))
  })
  it('contain the errors of its routes', () => {
    type Errors = (typeof notes)['read']['~types']['errors']
    expectTypeOf<Errors['status']>().toEqualTypeOf<401 | 404>()
    const below = resource(router('/:userId/notes', { dependencies: { user } }), Note, { db })
    type Lists = (typeof notes | typeof below)['list']['~types']['errors']['status']
    expectTypeOf<(typeof notes)['list']['~types']['errors']['status']>().toEqualTypeOf<401>()
    expectTypeOf<Lists>().toEqualTypeOf<401 | 404>()
  })
})

describe('a custom handler', () => {
  it('gets the inputs of its route, and returns its response', () => {
    resource(on, Note, {
      db,
      handlers: {
        create: async ({ db, user, params, body }) => {
          expectTypeOf(user).toEqualTypeOf<{ id: string; admin: boolean }>()
          expectTypeOf(params).toEqualTypeOf<{ org: string }>()
          expectTypeOf(body.text).toEqualTypeOf<string>()
          const [made] = await db
            .insert(Note)
            .values({ ...body, userId: user.id, secret: '' })
            .returning()
          return made ?? new Response(null, { status: 500 })
        },
      },
    })
    resource(on, Note, {
      db,
      handlers: {
        // @ts-expect-error is not assignable to type
        read: () => ({ id: 1 }),
      },
    })
  })
})
