// The table of ends in docs/sockets.md: for each, the close code that the client gets, the dependencies, closed once and in
// order, and one line of the log.
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { frame, handshake, openRaw } from '../support/raw-socket.ts'
import { endOf, open, startSockets } from './socket-service.ts'

const say = (text: string) => (socket: WebSocket) => socket.send(JSON.stringify({ text }))

describe('the end of a socket', () => {
  const ends: [name: string, code: number, reason: string, act: (socket: WebSocket) => void][] = [
    ['the client closes', 1000, 'bye', (socket) => socket.close(1000, 'bye')],
    ['the client closes with a code of its own', 4123, '', (socket) => socket.close(4123)],
    ['the handler returns', 1000, '', say('return')],
    ['the handler throws', 1011, 'Internal error', say('throw')],
    ['the handler throws an HttpError', 4403, 'You have left the room', say('forbidden')],
    ['the handler throws a SocketClose', 4001, 'mine', say('own')],
    ['the handler yields what send does not allow', 1011, 'Internal error', say('misfit')],
    [
      'a message does not fit the schema',
      4422,
      'text: Invalid input: expected string, received number',
      (socket) => socket.send('{"text":5}'),
    ],
    [
      'a message is not JSON',
      1007,
      'The message is not valid JSON (at position 1)',
      (socket) => socket.send('{'),
    ],
    [
      'a message is binary',
      1003,
      'Send messages as text, in JSON',
      (socket) => socket.send(Buffer.from('{}')),
    ],
    ['a message is too large', 1009, '', say('x'.repeat(1000))],
    [
      'messages come too fast',
      4429,
      'At most 100 messages per second',
      (socket) => {
        for (let n = 0; n < 1000; n++) say('a')(socket)
      },
    ],
  ]
  it.each(ends)('%s: %i', async (_name, code, reason, act) => {
    const service = await startSockets()
    const line = service.ended()
    const socket = await open(service.port, '/rooms/a', 'ok-1')
    const end = endOf(socket)
    act(socket)
    expect(await end).toEqual({ code, reason })
    expect(await line).toMatchObject({
      msg: 'request',
      route: '/rooms/:room',
      status: 101,
      caller: 'ok-1',
      close: code,
    })
    expect(service.closed).toEqual(['inner', 'outer'])
    const errors = service.lines.filter(({ level }) => level === 'error')
    expect(errors.length).toBe(code === 1011 ? 1 : 0)
  })

  it('without a message for limits.idle: 4408', async () => {
    const service = await startSockets()
    const line = service.ended()
    const socket = await open(service.port, '/rooms/idle/a')
    expect(await endOf(socket)).toEqual({ code: 4408, reason: 'No message for 50 ms' })
    expect(await line).toMatchObject({ close: 4408, received: 0, sent: 0 })
    expect(service.closed).toEqual(['inner', 'outer'])
  })

  it('the connection breaks: 1006', async () => {
    const service = await startSockets()
    const line = service.ended()
    const socket = await open(service.port, '/rooms/a')
    socket.terminate()
    expect(await line).toMatchObject({ close: 1006 })
    expect(service.closed).toEqual(['inner', 'outer'])
  })

  it('a client that does not answer a ping is disconnected: 1006', async () => {
    const service = await startSockets()
    const line = service.ended()
    const raw = await openRaw(service.port, handshake('/rooms/a'))
    expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
    expect(await raw.closed()).toBe(1006)
    expect(await line).toMatchObject({ close: 1006 })
    expect(service.closed).toEqual(['inner', 'outer'])
  })

  it.each([
    ['an unmasked frame', 1002, [0x81, 0x02, 0x61, 0x62]],
    ['a reserved bit', 1002, [0xc1, 0x82, 0, 0, 0, 0, 0x61, 0x62]],
    ['text that is not UTF-8', 1007, [...frame(1, Buffer.from([0xc3, 0x28]))]],
    [
      'a message that claims to have 2^40 bytes',
      1009,
      [0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      'fragments that are too large together',
      1009,
      [...frame(1, 'x'.repeat(900), { fin: false }), ...frame(0, 'x'.repeat(900))],
    ],
  ])('%s: %i', async (_name, code, bytes) => {
    const service = await startSockets()
    const line = service.ended()
    const raw = await openRaw(service.port, handshake('/rooms/a'))
    raw.socket.write(Buffer.from(bytes))
    expect(await raw.closed()).toBe(code)
    expect(await line).toMatchObject({ close: code })
    expect(service.closed).toEqual(['inner', 'outer'])
  })

  it('a flood of pings: 4429, or 1006 if the pongs cannot leave', async () => {
    const service = await startSockets()
    const raw = await openRaw(service.port, handshake('/rooms/a'))
    raw.socket.write(Buffer.concat(Array.from({ length: 1000 }, () => frame(9, 'x'))))
    expect([4429, 1006]).toContain(await raw.closed())
  })

  it('the server stops: 1012, and the handlers end before the app does', async () => {
    const service = await startSockets()
    const line = service.ended()
    const socket = await open(service.port, '/rooms/a')
    const end = endOf(socket)
    await service.stop()
    expect(service.closed).toEqual(['inner', 'outer'])
    expect(await end).toEqual({ code: 1012, reason: 'The server is restarting' })
    expect(await line).toMatchObject({ close: 1012 })
  })
})

it('a socket handles the messages that came before its client closed it', async () => {
  const service = await startSockets()
  const line = service.ended()
  const socket = await open(service.port, '/beat')
  for (const text of ['one', 'two', 'three']) socket.send(JSON.stringify(text))
  socket.close(1000)
  expect(await line).toMatchObject({ close: 1000, received: 3 })
  expect(service.made.beat).toBe(3)
})

it('a client that does not read holds back its own generator, and no other', async () => {
  const service = await startSockets()
  const slow = await open(service.port, '/flood')
  slow.pause()
  let before = -1
  await expect
    .poll(
      async () => {
        const last = before
        before = service.made.flood
        return last === before
      },
      { interval: 100 },
    )
    .toBe(true)
  const held = service.made.flood
  expect(held).toBeLessThan(2000)
  const quick = await open(service.port, '/beat')
  for (let n = 0; n < 20; n++) {
    quick.send('"a"')
    await once(quick, 'message')
  }
  expect(service.made.flood).toBe(held)
  slow.resume()
  await expect.poll(() => service.made.flood).toBeGreaterThan(held)
  slow.terminate()
  quick.close()
})
