import { afterAll, describe, expect, it, vi } from 'vitest'
import { serve } from '../../server/serve.ts'
import { client, socket, SocketClosed, type ClientOptions } from '../client.ts'
import { socketApp, type SocketApi } from './socket.fixture.ts'

const server = await serve(socketApp(), { port: 0, hostname: '127.0.0.1', signals: false })
afterAll(() => server.close())

const api = (options: ClientOptions = {}) => client<SocketApi>(server.url, options)
const at = new Date(5)
const params = { room: 'a b/c' }
/** The next message. */
const next = async <T>(from: AsyncIterable<T>): Promise<T | undefined> => {
  for await (const message of from) return message
}
const errorOf = (rejected: Promise<unknown>): Promise<unknown> =>
  rejected.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a socket of an app', () => {
  it('sends and receives messages in their wire form', async () => {
    await using room = socket(api(), '/rooms/:room', { params, query: { tags: [1, 2] } })
    await room.send({ text: 'one', at, ids: new Set([1n]) })
    expect(await next(room)).toEqual({
      room: 'a b/c',
      text: 'one',
      at: at.toISOString(),
      count: '3',
    })
    await room.send({ text: 'two', at: at.toISOString(), ids: ['1', '2'] })
    expect(await next(room)).toMatchObject({ text: 'two', count: '4' })
  })

  it('sends in order what was sent before it was open', async () => {
    await using room = socket(api(), '/rooms/:room', { params })
    expect(room.state).toBe('connecting')
    const texts = Array.from({ length: 20 }, (_, n) => String(n))
    await Promise.all(texts.map((text) => room.send({ text, at })))
    expect(room.state).toBe('open')
    const received: string[] = []
    for await (const { text } of room) if (received.push(text) === texts.length) break
    expect(received).toEqual(texts)
  })

  it('ends its loop when the handler returns, and rejects what is sent later', async () => {
    const numbers = socket(api(), '/rooms/:room/count', {
      params: { room: 'a' },
      query: { to: 50 },
    })
    let sum = 0
    for await (const { n } of numbers) sum += n
    expect(sum).toBe(1275)
    expect(numbers.state).toBe('closed')
    const room = socket(api(), '/rooms/:room', { params })
    await room.send({ text: 'bye', at })
    expect(await next(room)).toBeUndefined()
    const error = await errorOf(room.send({ text: 'late', at }))
    expect(error).toBeInstanceOf(SocketClosed)
    expect(String(error)).toBe('SocketClosed: SOCKET /rooms/:room: closed with 1000, it has ended')
  })

  it.each([
    ['close', 4001, 'The room was closed'],
    ['kick', 4403, 'You were removed'],
  ])('throws the close code that the handler ends with: %s', async (text, code, reason) => {
    await using room = socket(api(), '/rooms/:room', { params })
    await room.send({ text, at })
    expect(await errorOf(next(room))).toMatchObject({ name: 'SocketClosed', code, reason })
    expect(await errorOf(next(room))).toMatchObject({ code })
  })

  it('throws the first issue of a message that does not match its schema', async () => {
    await using room = socket(api(), '/rooms/:room', { params })
    await room.send({ text: 'x', at: 'yesterday' })
    const error = await errorOf(next(room))
    expect(error).toMatchObject({ code: 4422, reason: expect.stringContaining('at') })
  })

  it('gives up with a sentence when the server refuses the path', async () => {
    const onDisconnect = vi.fn<() => void>()
    const room = socket(api(), '/rooms/:room/count', {
      params: { room: 'c' as 'a' },
      query: { to: 1 },
      retries: 0,
      onDisconnect,
    })
    const error = await errorOf(next(room))
    expect(error).toMatchObject({ code: 1006, reason: '' })
    expect(String(error)).toContain(
      'the server refused this path, token or origin (its log says which)',
    )
    expect(onDisconnect).not.toHaveBeenCalled()
  })

  it('gives several readers one message each', async () => {
    await using room = socket(api(), '/rooms/:room', { params })
    const both = Promise.all([next(room), next(room)])
    await room.send({ text: 'first', at })
    await room.send({ text: 'second', at })
    expect((await both).map((message) => message?.text)).toEqual(['first', 'second'])
  })
})

describe('the token of a socket', () => {
  it('is sent as a subprotocol, whatever its characters', async () => {
    for (const token of ['eyJ.a_b-c.d', 'a/b+c=(d)@:"e"']) {
      await using me = socket(api({ token }), '/rooms/me/token')
      await me.send('who')
      expect(await next(me)).toEqual({ token })
    }
  })

  it('is asked for again when the connection was refused, and after a close with 4401', async () => {
    const token = vi.fn<(refused?: string) => string>((refused) =>
      refused === undefined ? 'old' : `after ${refused}`,
    )
    const onReconnect = vi.fn<() => void>()
    await using me = socket(
      api({ token: (refused) => token(refused).replaceAll(' ', '-') }),
      '/rooms/me/token',
      { onReconnect },
    )
    await me.send('who')
    expect(await next(me)).toEqual({ token: 'after-old' })
    await me.send('renew')
    await vi.waitFor(() => expect(onReconnect).toHaveBeenCalledOnce(), 60_000)
    await me.send('who')
    expect(await next(me)).toEqual({ token: 'after-after-old' })
    expect(token.mock.calls).toEqual([[undefined], ['old'], ['after-old']])
  })

  it('that stays the same after a 4401 ends the socket', async () => {
    await using me = socket(api({ token: () => 'same' }), '/rooms/me/token')
    await me.send('renew')
    expect(await errorOf(next(me))).toMatchObject({ code: 4401, reason: 'The token has expired' })
  })

  it('whose function fails is asked for again, and its error is the cause in the end', async () => {
    const cause = new Error('The session is over')
    const token = vi.fn<() => never>(() => {
      throw cause
    })
    const me = socket(api({ token }), '/rooms/me/token', { retries: 1 })
    expect(await errorOf(next(me))).toMatchObject({ code: 1006, cause })
    expect(token).toHaveBeenCalledTimes(2)
  })
})

describe('the end of a socket', () => {
  it('close() ends the loop and the connection', async () => {
    const room = socket(api(), '/rooms/:room', { params })
    await room.send({ text: 'one', at })
    const received: string[] = []
    for await (const { text } of room) {
      received.push(text)
      room.close(4000, 'Enough')
    }
    expect(received).toEqual(['one'])
    expect(room.state).toBe('closed')
    expect(() => room.close(1001)).not.toThrow()
  })

  it('an abort rejects reading and sending with the reason of the signal', async () => {
    const leaving = new AbortController()
    const room = socket(api(), '/rooms/:room', { params, signal: leaving.signal })
    await room.send({ text: 'one', at })
    await next(room)
    const reading = errorOf(next(room))
    const reason = new Error('left')
    leaving.abort(reason)
    expect(await reading).toBe(reason)
    expect(await errorOf(room.send({ text: 'two', at }))).toBe(reason)
  })

  it('a signal that is aborted already opens no connection', async () => {
    const token = vi.fn<() => string>(() => 'x')
    const me = socket(api({ token }), '/rooms/me/token', { signal: AbortSignal.abort() })
    expect(await errorOf(next(me))).toMatchObject({ name: 'AbortError' })
    expect(token).not.toHaveBeenCalled()
  })
})

describe('a socket that cannot be opened', () => {
  it('is a TypeError with the reason, at once', () => {
    const key = { name: 'x-api-key', value: 'k' }
    expect(() => socket(api({ apiKey: key }), '/rooms/me/token')).toThrow(
      'SOCKET /rooms/me/token: the API key is sent in the header x-api-key, and a browser cannot send headers with a WebSocket. Use a token, a cookie, or an API key in the query',
    )
    expect(() => socket({} as ReturnType<typeof api>, '/rooms/me/token')).toThrow(
      'SOCKET /rooms/me/token: the first argument is what client() returned',
    )
    expect(() => socket(api(), '/rooms/:room', { params: { room: '' } })).toThrow(
      'SOCKET /rooms/:room: "" is not allowed for :room in a path',
    )
  })
  it('rejects with a TypeError that does not contain the token if a header cannot carry it', async () => {
    const error = await errorOf(next(socket(api({ token: 'sécret' }), '/rooms/me/token')))
    expect(error).toEqual(new TypeError('The token has invalid characters'))
  })
})
