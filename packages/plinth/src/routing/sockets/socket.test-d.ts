import { expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { query } from '../../dependencies/parameter.ts'
import { errorType } from '../../errors/error-type.ts'
import { testApp } from '../../testing/test-app.ts'
import type { Client } from '../../client/client.types.ts'
import { router } from '../router.ts'

const user = dependency(() => ({ id: 'u1' }), { errors: [401] })
const page = dependency({ limit: query(z.int()) }, ({ limit }) => limit)
const full = errorType('ROOM_FULL', { status: 409, title: 'The room is full' })
const Message = z.object({ text: z.string(), at: z.date(), kind: z.enum(['text', 'joined']) })
const rooms = router('/rooms', { dependencies: { user } })

const room = rooms.socket(
  '/:room',
  {
    receive: z.object({ text: z.string(), n: z.stringbool().optional() }),
    send: Message,
    query: z.object({ since: z.int().optional() }),
    dependencies: { page },
    errors: [full],
    closes: { 4001: 'closed', 4002: 'kicked' },
  },
  async function* ({ incoming, params, query, user, page, signal, log }) {
    expectTypeOf(params).toEqualTypeOf<{ room: string }>()
    expectTypeOf(query.since).toEqualTypeOf<number | undefined>()
    expectTypeOf(user).toEqualTypeOf<{ id: string }>()
    expectTypeOf(page).toEqualTypeOf<number>()
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    log.info({}, 'open')
    const first = await incoming.next()
    if (first.done !== true)
      expectTypeOf(first.value).toEqualTypeOf<{ text: string; n?: boolean | undefined }>()
    for await (const { text } of incoming) yield { text, at: new Date(), kind: 'text' }
  },
)
type Types = (typeof room)['~types']

it('has the types of its inputs, messages and ends for the client', () => {
  expectTypeOf<(typeof room)['path']>().toEqualTypeOf<'/rooms/:room'>()
  expectTypeOf<Types['receive']>().toEqualTypeOf<{ text: string; n?: string | undefined }>()
  expectTypeOf<Types['send']['at']>().toEqualTypeOf<Date>()
  expectTypeOf<Types['closes']>().toEqualTypeOf<4001 | 4002>()
  expectTypeOf<Types['query']['limit']>().toEqualTypeOf<number>()
})

const pushed = router('').socket('/pushed', { send: z.string() }, async function* ({ incoming }) {
  for await (const message of incoming) expectTypeOf(message).toEqualTypeOf<never>()
  yield 'one'
})
const taken = router('').socket('/taken/:path*', { receive: z.string() }, async ({ incoming }) => {
  for await (const message of incoming) expectTypeOf(message).toEqualTypeOf<string>()
})

const noRoom = z.object({ id: z.string() })
// prettier-ignore
{
  // @ts-expect-error …'{ text: string; at: Date; kind: "left"; }'…
  rooms.socket('/wrong', { send: Message }, async function* () { yield { text: '', at: new Date(), kind: 'left' as const } })
  // @ts-expect-error …is not assignable to type 'undefined'…
  rooms.socket('/taken', { receive: z.string(), dependencies: { incoming: user } }, async function* () {})
  // @ts-expect-error …the schema lacks…
  rooms.socket('/:room', { params: noRoom, send: z.string() }, async function* () {})
  // @ts-expect-error …is missing in type 'Promise<string>' but required in type 'AsyncIterable<string>'…
  rooms.socket('/later', { send: z.string() }, async () => 'one')
}

const list = rooms.get('/', { response: z.array(z.string()) }, () => [])
const api = app({ title: 'Types', routes: { rooms: { room, list, pushed, taken } } })

it('is not among the calls of a client', () => {
  type C = Client<(typeof api)['~routes']>
  expectTypeOf<Parameters<C['get']>[0]>().toEqualTypeOf<'/rooms'>()
})

it('has typed messages in a test, by a path with values', async () => {
  await using test = testApp(api)
  await using socket = await test.socket('/rooms/1?since=5')
  await socket.send({ text: 'hello' })
  // @ts-expect-error …'txt' does not exist…
  await socket.send({ txt: 'hello' })
  const message = await socket.receive()
  expectTypeOf(message).toEqualTypeOf<{ text: string; at: string; kind: 'text' | 'joined' }>()
  for await (const one of socket) expectTypeOf(one.at).toEqualTypeOf<string>()
  const end = await socket.closed
  expectTypeOf(end.code).toEqualTypeOf<number>()
  await test.socket('/taken/a/b')
  // @ts-expect-error …is not assignable to parameter of type…
  await test.socket('/rooms')
})
