// Texts of the database that are passed to the client without decoding them.
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'
import {
  app,
  createLogger,
  id,
  model,
  one,
  router,
  serve,
  version,
  type Database,
  type ServerHandle,
} from 'plinth'
import { testDatabase } from 'plinth/testing'
import { naughtyStrings } from '../support/naughty-strings.ts'

const Note = model('notes', { id: id(), text: z.string(), version: version() })
const texts = [
  ...Object.values(naughtyStrings).flat(),
  ...['a', 'ü', '€', '🌱'].map((letter) => letter.repeat(100_001)),
]

let db: Database
let server: ServerHandle
let ids: readonly string[]

beforeAll(async () => {
  db = await testDatabase({ models: { Note } })
  const made = await db
    .insert(Note)
    .values(texts.map((text) => ({ text })))
    .returning()
  ids = made.map((note) => note.id)
  const routes = router('/notes')
  const Params = z.object({ id: z.uuid() })
  const all = () => db.select().from(Note).orderBy(asc(Note.id))
  const api = app({
    title: 'Notes',
    log: createLogger({ level: 'silent' }),
    routes: {
      notes: {
        list: routes.get('/', { response: z.array(Note) }, all),
        whole: routes.get('/whole', { response: z.array(Note) }, ({ request }) => {
          if (request.method === '') throw new Error('there is a method')
          return all()
        }),
        beside: routes.get('/beside', { response: z.array(Note) }, ({ reply }) => {
          reply.header('x-word', 'Grüße')
          return all()
        }),
        read: routes.get('/:id', { params: Params, response: Note }, ({ params }) =>
          one(db.select().from(Note).where(eq(Note.id, params.id))),
        ),
      },
    },
  })
  server = await serve(api, { port: 0, signals: false })
})
afterAll(async () => {
  await server.close()
  await db.close()
})

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(new URL(`/notes${path}`, server.url), init)
const bytesOf = async (response: Response): Promise<Buffer> =>
  Buffer.from(await response.arrayBuffer())

it.each(['', '/whole', '/beside'])('a list is sent as stored: %s', async (path) => {
  const response = await ask(path)
  const bytes = await bytesOf(response)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-length')).toBe(String(bytes.length))
  const notes = z.array(z.object({ text: z.string() })).parse(JSON.parse(bytes.toString()))
  expect(notes.map(({ text }) => text).toSorted()).toEqual(texts.toSorted())
  if (path === '/beside') expect(response.headers.get('x-word')).toBe('Grüße')
})

it('a row is sent as stored, and HEAD gets its length', async () => {
  for (const [at, id] of ids.entries()) {
    const [response, head] = await Promise.all([ask(`/${id}`), ask(`/${id}`, { method: 'HEAD' })])
    const bytes = await bytesOf(response)
    expect(JSON.parse(bytes.toString())).toEqual({ id, text: texts[at], version: 1 })
    expect(response.headers.get('etag')).toBe('"1"')
    for (const { headers } of [response, head])
      expect(headers.get('content-length')).toBe(String(bytes.length))
  }
})
