// A nested resource: its rows belong to the parent row in the path.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app, bearer, dependency, field, id, insert, model, owner, resource, router } from 'plinth'
import type { Database, Row } from 'plinth'
import { client } from 'plinth/client'
import { testDatabase } from 'plinth/testing'

const Note = model('notes', { id: id(), title: z.string().max(50), userId: owner() })
const Room = model('rooms', { id: id(), floor: z.int() })
type Room = Row<typeof Room>
const Desk = model('desks', {
  id: id(),
  roomId: field(z.uuid(), { readonly: true, references: () => Room.id }),
  row: field(z.int(), { readonly: true }),
  name: z.string().max(20),
})

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Note, Room, Desk } })
})
afterAll(() => db?.close())

const database = dependency(() => db)
const user = dependency({ token: bearer() }, ({ token }) => ({ id: token }))

describe('a field of a nested resource in the path', () => {
  const at = router('/rooms/:roomId/:row/desks', { dependencies: { db: database } })
  const desks = resource(at, Desk, {
    only: ['list', 'create', 'read', 'replace', 'update', 'remove'],
  })
  const inRooms = app({ title: 'Rooms', routes: { desks } })
  const c = client<typeof inRooms>('http://test', { fetch: (request) => inRooms.fetch(request) })
  const path = '/rooms/:roomId/:row/desks'
  const item = '/rooms/:roomId/:row/desks/:id'

  it('is set on new rows, and filters every route', async () => {
    const [a, b] = (await insert(db, Room, [{ floor: 1 }, { floor: 2 }])) as [Room, Room]
    const inA = { roomId: a.id, row: '3' }
    const desk = await c.post(path, { params: inA, body: { name: 'x' } })
    expect(desk).toEqual({ id: desk.id, roomId: a.id, row: 3, name: 'x' })
    expect(await c.get(path, { params: inA })).toEqual({ items: [desk], next: null })
    const body = { name: 'y' }
    for (const elsewhere of [
      { roomId: b.id, row: '3' },
      { roomId: a.id, row: '4' },
      { roomId: a.id, row: 'x' },
    ]) {
      const params = { ...elsewhere, id: desk.id }
      const list = await c.try.get(path, { params: elsewhere })
      expect(list.ok ? list.data.items : list.status).toEqual(list.ok ? [] : 404)
      expect(await c.try.get(item, { params })).toMatchObject({ status: 404 })
      expect(await c.try.patch(item, { params, body })).toMatchObject({ status: 404 })
      expect(await c.try.put(item, { params, body })).toMatchObject({ status: 404 })
      expect(await c.try.delete(item, { params })).toMatchObject({ status: 404 })
    }
    const noId = { roomId: 'x', row: '3' }
    expect(await c.try.get(path, { params: noId })).toMatchObject({ status: 422 })
    expect(inRooms.openapi().paths['/rooms/{roomId}/{row}/desks']?.get?.parameters?.[0]).toEqual({
      in: 'path',
      name: 'roomId',
      required: true,
      schema: expect.objectContaining({ format: 'uuid' }) as object,
    })
    const { get, post } = inRooms.openapi().paths['/rooms/{roomId}/{row}/desks'] ?? {}
    expect([get, post].map((route) => route?.responses['404'])).toEqual([
      expect.anything(),
      expect.anything(),
    ])
    const given = { ...body, roomId: b.id } as typeof body
    expect(await c.try.post(path, { params: inA, body: given })).toMatchObject({ status: 422 })
    expect(await c.patch(item, { params: { ...inA, id: desk.id }, body })).toMatchObject(body)
    await c.delete(item, { params: { ...inA, id: desk.id } })
    expect((await c.get(path, { params: inA })).items).toEqual([])
  })
  it('has no rows below another user’s parent, and accepts none', async () => {
    const theirs = router('/users/:userId/notes', { dependencies: { user, db: database } })
    const routes = { theirs: resource(theirs, Note) }
    const byUser = app({ title: 'x', routes })
    const fetch = (request: Request) => byUser.fetch(request)
    const ann = client<typeof byUser>('http://test', { token: 'ann', fetch })
    const body = { title: 'a' }
    await ann.post('/users/:userId/notes', { params: { userId: 'ann' }, body })
    await insert(db, Note, { title: 'b', userId: 'bob' })
    const [mine, others] = [{ userId: 'ann' }, { userId: 'bob' }].map((params) => ({ params }))
    expect((await ann.get('/users/:userId/notes', mine!)).items).toHaveLength(1)
    expect((await ann.get('/users/:userId/notes', others!)).items).toEqual([])
    expect(await ann.try.post('/users/:userId/notes', { ...others!, body })).toMatchObject({
      status: 404,
    })
  })
})
