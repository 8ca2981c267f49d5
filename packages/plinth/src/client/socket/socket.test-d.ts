import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { router } from '../../routing/router.ts'
import { client, pages, socket, type ClientSocket, type SocketClosed } from '../client.ts'
import type { SocketApi } from './socket.fixture.ts'

const c = client<SocketApi>('http://localhost:8000')
const params = { room: 'lobby' }
interface Posted {
  room: string
  text: string
  at: string
  count: string
}

describe('the messages of a socket', () => {
  it('are received in their wire form', async () => {
    const room = socket(c, '/rooms/:room', { params })
    for await (const message of room) expectTypeOf(message).toEqualTypeOf<Posted>()
    expectTypeOf(room).toExtend<AsyncDisposable>()
    expectTypeOf(room.state).toEqualTypeOf<'connecting' | 'open' | 'closed'>()
  })
  it('are sent as values or in their wire form', () => {
    const room = socket(c, '/rooms/:room', { params })
    void room.send({ text: '', at: new Date() })
    void room.send({ text: '', at: '2026-01-01T00:00:00Z', ids: new Set([1n]) })
    void room.send({ text: '', at: '', ids: ['1'] })
    // @ts-expect-error Type 'number' is not assignable to type 'string | Date'
    void room.send({ text: '', at: 5 })
    // @ts-expect-error Property 'at' is missing in type
    void room.send({ text: '' })
    // @ts-expect-error 'txt' does not exist in type
    void room.send({ text: '', at: '', txt: '' })
  })
  it('cannot be sent to a socket that takes none', () => {
    const numbers = socket(c, '/rooms/:room/count', { params: { room: 'a' }, query: { to: 3 } })
    expectTypeOf(numbers).toEqualTypeOf<ClientSocket<never, { n: number }>>()
    // @ts-expect-error Argument of type '{ n: number; }' is not assignable to parameter of type 'never'
    void numbers.send({ n: 1 })
  })
})

describe('the arguments of a socket', () => {
  it('are its parameters, those of its dependencies, and options', () => {
    socket(c, '/rooms/:room', { params, query: { since: new Date(), tags: [1] } })
    socket(c, '/rooms/:room', {
      params,
      search: { other: ['x'] },
      signal: new AbortController().signal,
      onReconnect: () => undefined,
      onDisconnect: (closed) => expectTypeOf(closed).toEqualTypeOf<SocketClosed>(),
      reconnect: ({ code }) => code !== 4001,
      retries: Infinity,
      buffer: 5,
    })
    socket(c, '/rooms/me/token')
  })
  it('are checked like those of a call', () => {
    // @ts-expect-error Argument of type '"/rooms"' is not assignable to parameter of type
    socket(c, '/rooms')
    // @ts-expect-error Argument of type '"/rooms/:room/read"' is not assignable to parameter of type
    socket(c, '/rooms/:room/read', { params })
    // @ts-expect-error Expected 3 arguments, but got 2
    socket(c, '/rooms/:room')
    // @ts-expect-error Type '"c"' is not assignable to type '"a" | "b"'
    socket(c, '/rooms/:room/count', { params: { room: 'c' }, query: { to: 1 } })
    // @ts-expect-error Property 'query' is missing in type
    socket(c, '/rooms/:room/count', { params: { room: 'a' } })
    // @ts-expect-error 'tag' does not exist in type … Did you mean to write 'tags'?
    socket(c, '/rooms/:room', { params, query: { tag: [1] } })
    // @ts-expect-error 'onReconnects' does not exist in type
    socket(c, '/rooms/:room', { params, onReconnects: () => undefined })
    // @ts-expect-error Type 'true' is not assignable to type
    socket(c, '/rooms/:room', { params, reconnect: true })
  })
  it('say that a required header cannot be sent', () => {
    // @ts-expect-error Type '{ 'x-tenant': number; }' is not assignable to type '"a browser cannot send headers with a WebSocket: …
    socket(c, '/rooms/tenant/log', { headers: { 'x-tenant': 1 } })
  })
})

describe('calls and sockets', () => {
  it('a call cannot have the path of a socket', async () => {
    expectTypeOf(await c.get('/rooms/:room/read', { params })).toEqualTypeOf<{ room: string }>()
    // @ts-expect-error Argument of type '"/rooms/:room"' is not assignable to parameter of type
    void c.get('/rooms/:room', { params })
    // @ts-expect-error is not assignable to parameter of type 'never'
    void pages(c, '/rooms/:room', { params })
  })
  it('an app without sockets has no path for one', () => {
    const read = router('/x').get('/', { response: z.int() }, () => 1)
    const api = app({ title: 'x', routes: { x: { read } } })
    // @ts-expect-error Argument of type '"/x"' is not assignable to parameter of type 'never'
    socket(client<typeof api>(''), '/x')
  })
})
