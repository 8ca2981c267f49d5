import { client, ClientError } from 'plinth/client'
import { migrate } from 'plinth/migrations'
import { testApp } from 'plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { api } from '../src/api.ts'
import { auth } from '../src/auth.ts'
import { db } from '../src/database.ts'
import { baseURL } from '../src/env.ts'

const test = testApp(api)
beforeAll(() => migrate(db, { folder: './migrations', auth }))
afterAll(() => test[Symbol.asyncDispose]())

/** Signs a user up, and returns the session cookie. */
async function signUp(name: string): Promise<string> {
  const response = await test.fetch(
    new Request(`${baseURL}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: baseURL },
      body: JSON.stringify({ name, email: `${name}@example.com`, password: 'correct horse' }),
    }),
  )
  expect(response.status).toBe(200)
  const [cookie = ''] = response.headers.getSetCookie()
  return cookie.split(';')[0] ?? ''
}

/** A client with a session cookie, as a page of this origin. */
const as = (cookie: string, origin: string = baseURL) =>
  client<typeof api>(baseURL, {
    fetch: (request) => {
      request.headers.set('cookie', cookie)
      request.headers.set('origin', origin)
      return test.fetch(request)
    },
  })

const statusOf = async (call: Promise<unknown>): Promise<number | undefined> =>
  await call.then(
    () => undefined,
    (error: unknown) => (error instanceof ClientError ? error.status : Promise.reject(error)),
  )

it('users see and change their own notes only', async () => {
  const ann = as(await signUp('ann'))
  const bob = as(await signUp('bob'))
  const made = await ann.post('/api/notes', { body: { title: 'Milk' } })
  const params = { id: made.id }
  expect(await ann.get('/api/notes')).toEqual({ items: [made], next: null })
  expect(await bob.get('/api/notes')).toEqual({ items: [], next: null })
  expect(await statusOf(bob.patch('/api/notes/:id', { params, body: { title: 'x' } }))).toBe(404)
  const changed = await ann.patch('/api/notes/:id', { params, body: { text: 'Two bottles' } })
  expect(changed).toMatchObject({ title: 'Milk', text: 'Two bottles' })
  await ann.delete('/api/notes/:id', { params })
  expect(await ann.get('/api/notes')).toEqual({ items: [], next: null })
})

it('a request without a session, or from a page of another site, is refused', async () => {
  const body = { title: 'Milk' }
  expect(await statusOf(as('').get('/api/notes'))).toBe(401)
  const evil = as(await signUp('cat'), 'https://evil.example')
  expect(await statusOf(evil.post('/api/notes', { body }))).toBe(403)
})
