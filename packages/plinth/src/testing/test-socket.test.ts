import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { testApp } from './test-app.ts'

const closed: string[] = []
const opened = dependency(async function* () {
  try {
    yield 'real'
  } finally {
    closed.push('opened')
  }
})
const user = bearer({ verify: (token) => ({ id: token }) })
let made = 0
const rooms = router('/rooms')
const routes = {
  room: rooms.socket(
    '/:room',
    {
      receive: z.object({ at: z.date() }),
      send: z.object({ at: z.date(), room: z.string(), value: z.string() }),
      dependencies: { opened },
    },
    async function* ({ incoming, params, opened }) {
      for await (const { at } of incoming) yield { at, room: params.room, value: opened }
    },
  ),
  mine: rooms.socket(
    '/of/:id',
    { send: z.string(), dependencies: { user } },
    async function* ({ user, query, params }) {
      yield `${user.id} ${params.id} ${Object.keys(query).length}`
    },
  ),
  flood: rooms.socket(
    '/flood/all',
    { send: z.string(), limits: { outgoing: 100 } },
    async function* () {
      for (;;) {
        made++
        yield 'x'.repeat(50)
      }
    },
  ),
}
const api = app({
  title: 'Rooms',
  routes: { rooms: routes },
  log: createLogger({ level: 'silent' }),
})

describe('the socket of a test', () => {
  it('exchanges messages in their wire form, and closes dependencies when it is disposed of', async () => {
    await using test = testApp(api)
    test.override(opened, async function* () {
      yield 'fake'
      closed.push('fake')
    })
    {
      await using socket = await test.socket('/rooms/a%20b')
      await socket.send({ at: new Date(0) })
      expect(await socket.receive()).toEqual({
        at: '1970-01-01T00:00:00.000Z',
        room: 'a b',
        value: 'fake',
      })
    }
    await expect.poll(() => closed).toEqual(['fake'])
  })

  it('has the close code and the reason of a message that is refused', async () => {
    await using test = testApp(api)
    const socket = await test.socket('/rooms/a')
    await socket.sendText('{"at":5}')
    const end = await socket.closed
    expect(end.code).toBe(4422)
    expect(end.reason).toContain('at: ')
    await expect(socket.receive()).rejects.toThrow('The socket was closed: 4422 at: ')
    await expect(socket.send({ at: new Date() })).rejects.toThrow('4422')
  })

  it('rejects with the problem of a handshake that is refused', async () => {
    await using test = testApp(api)
    await expect(test.socket('/rooms/of/1')).rejects.toMatchObject({
      status: 401,
      problem: { code: 'PLINTH_UNAUTHORIZED' },
    })
    await using socket = await test.socket('/rooms/of/1', { token: 'ann' })
    expect(await socket.receive()).toBe('ann 1 0')
    expect(await socket.closed).toEqual({ code: 1000, reason: '' })
  })

  it('holds back a handler whose messages it does not read', async () => {
    await using test = testApp(api)
    const socket = await test.socket('/rooms/flood/all')
    await expect.poll(() => made).toBe(2)
    await socket.receive()
    await expect.poll(() => made).toBe(3)
    expect(made).toBe(3)
  })

  it('gets 1012 when its app is stopped', async () => {
    const test = testApp(api)
    const socket = await test.socket('/rooms/a')
    await test.stop()
    expect(await socket.closed).toEqual({ code: 1012, reason: 'The server is restarting' })
  })
})

it('a handshake that comes through fetch is a 501, and a plain request a 426', async () => {
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' }
  const ask = async (headers: Record<string, string>) => {
    const response = await api.fetch(new Request('http://localhost/rooms/a', { headers }))
    const { code } = (await response.json()) as { code: string }
    return [response.status, code, response.headers.get('upgrade')]
  }
  expect(await ask(upgrade)).toEqual([501, 'PLINTH_SOCKETS_UNSUPPORTED', null])
  expect(await ask({})).toEqual([426, 'PLINTH_UPGRADE_REQUIRED', 'websocket'])
})
