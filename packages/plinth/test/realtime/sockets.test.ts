import { asc } from 'drizzle-orm'
import {
  app,
  channel,
  createLogger,
  type Database,
  dependency,
  id,
  live,
  merge,
  model,
  router,
  transaction,
  type LiveList,
} from 'plinth'
import { testApp, testDatabase } from 'plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as z from 'zod'

const Note = model('notes', { id: id(), text: z.string() })
const Said = z.object({ text: z.string() })
const Message = Said.extend({ at: z.date() })
const chat = channel('chat', Message)
const changes = channel('notes', z.null())

let db: Database
beforeAll(async () => {
  db = await testDatabase({ models: { Note } })
})
afterAll(() => db?.close())

it('what a client of a socket sends reaches the clients of its room, and of no other', async () => {
  const rooms = router('/rooms')
  const room = rooms.socket(
    '/:room',
    { params: z.object({ room: z.string() }), receive: Said, send: Message },
    async function* ({ params, incoming }) {
      const messages = chat.subscribe(db, params.room)
      await messages.ready
      yield { text: 'welcome', at: new Date() }
      for await (const message of merge(incoming, messages))
        if ('at' in message) yield message
        else await chat.publish(db, params.room, { ...message, at: new Date() })
    },
  )
  await using test = testApp(app({ title: 'Rooms', routes: { rooms: { room } } }))
  await using ann = await test.socket('/rooms/a')
  await using bob = await test.socket('/rooms/a')
  await using eve = await test.socket('/rooms/b')
  for (const each of [ann, bob, eve])
    expect(await each.receive()).toMatchObject({ text: 'welcome' })
  await ann.send({ text: 'hello' })
  await eve.send({ text: 'nobody here' })
  expect(await ann.receive()).toMatchObject({ text: 'hello' })
  expect(await bob.receive()).toMatchObject({ text: 'hello', at: expect.any(String) })
  expect(await eve.receive()).toMatchObject({ text: 'nobody here' })
})

it('a live list that the handler of a socket returns is sent with each change, and ends with the socket', async () => {
  const lists: LiveList<unknown>[] = []
  const notes = router('/notes')
  const watch = notes.socket('/', { send: z.array(Note) }, () => {
    const list = live(
      db.select().from(Note).orderBy(asc(Note.text)),
      changes.subscribe(db, 'all'),
      { every: 1 },
    )
    lists.push(list)
    return list
  })
  await using test = testApp(app({ title: 'Notes', routes: { notes: { watch } } }))
  await using socket = await test.socket('/notes')
  expect(await socket.receive()).toEqual([])
  await db.insert(Note).values({ text: 'one' })
  await changes.publish(db, 'all', null)
  expect(await socket.receive()).toMatchObject([{ text: 'one' }])
  socket.close()
  await socket.closed
  expect(await lists[0]!.next()).toEqual({ done: true, value: undefined })
})

it('a socket whose dependency is a transaction is warned of once, and one that opens its own is not', async () => {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const log = createLogger({ level: 'warn', format: 'json', destination })
  const session = dependency(() => transaction(db))
  const rooms = router('/rooms')
  const held = rooms.socket(
    '/held',
    { send: z.int(), dependencies: { session } },
    async function* ({ session }) {
      yield (await session.select().from(Note)).length
    },
  )
  const own = rooms.socket('/own', { send: z.int() }, async function* () {
    yield (await db.transaction((tx) => tx.select().from(Note))).length
  })
  await using test = testApp(app({ title: 'Rooms', routes: { rooms: { held, own } }, log }))
  for (const path of ['/rooms/held', '/rooms/own', '/rooms/held'] as const) {
    await using socket = await test.socket(path)
    expect(await socket.receive()).toBe(1)
    await socket.closed
  }
  const warnings = lines.filter((line) => line.includes('a dependency opens a transaction'))
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('/rooms/held')
})
