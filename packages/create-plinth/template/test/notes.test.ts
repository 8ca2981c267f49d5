import { createToken } from 'plinth'
import { client, ClientError } from 'plinth/client'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { db } from '../src/database.ts'
import { env } from '../src/env.ts'

// An embedded Postgres for this file, with the migrations applied. It uses no port, and real
// tokens.
const database = await testDatabase({ migrations: './migrations' })
const test = testApp(api)
test.override(db, () => database)
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await database.close()
})

const as = async (user: string) =>
  client<typeof api>('http://test', {
    fetch: (request) => test.fetch(request),
    token: await createToken(env.BETTER_AUTH_SECRET, { sub: user }),
  })
const ann = await as('ann')
const bob = await as('bob')

const statusOf = async (call: Promise<unknown>): Promise<number | undefined> =>
  await call.then(
    () => undefined,
    (error: unknown) => (error instanceof ClientError ? error.status : Promise.reject(error)),
  )

it('a note can be created, changed and removed', async () => {
  const made = await ann.post('/api/notes', { body: { title: 'Milk' } })
  expect(made).toMatchObject({ title: 'Milk', text: '', userId: 'ann' })
  expect(await ann.get('/api/notes')).toEqual({ items: [made], next: null })

  const params = { id: made.id }
  const changed = await ann.patch('/api/notes/:id', { params, body: { text: 'Two bottles' } })
  expect(changed).toMatchObject({ id: made.id, title: 'Milk', text: 'Two bottles' })

  await ann.delete('/api/notes/:id', { params })
  expect(await ann.get('/api/notes')).toEqual({ items: [], next: null })
})

it('a user does not see the notes of another user', async () => {
  const { id } = await ann.post('/api/notes', { body: { title: 'Secret' } })
  const params = { id }
  expect(await bob.get('/api/notes')).toEqual({ items: [], next: null })
  expect(await statusOf(bob.get('/api/notes/:id', { params }))).toBe(404)
  expect(await statusOf(bob.patch('/api/notes/:id', { params, body: { title: 'x' } }))).toBe(404)
  expect(await statusOf(bob.delete('/api/notes/:id', { params }))).toBe(404)
  expect(await ann.get('/api/notes/:id', { params })).toMatchObject({ title: 'Secret' })
})

it('a request without a token or with an invalid note is refused', async () => {
  const nobody = client<typeof api>('http://test', { fetch: (request) => test.fetch(request) })
  expect(await statusOf(nobody.get('/api/notes'))).toBe(401)
  expect(await statusOf(ann.post('/api/notes', { body: { title: '' } }))).toBe(422)
})

it('the routes are documented', () => {
  const { paths } = test.openapi()
  expect(paths['/api/notes']).toMatchObject({ get: { responses: { 200: {}, 401: {} } } })
  expect(paths['/api/notes/{id}']).toMatchObject({ get: { responses: { 200: {}, 404: {} } } })
})
