// Reconnecting, against a WebSocket server that closes connections as it is told.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { client, socket, SocketClosed, type ClientOptions, type SocketOptions } from '../client.ts'
import type { SocketApi } from './socket.fixture.ts'
import { isFinal } from './socket-closed.ts'
import { freePort } from '../../../../../scripts/test/free-port.ts'

/** A server, and what each connection to it does: the last behavior is that of all later ones. */
async function serverOf(...behaviors: ((ws: ServerSocket) => void)[]) {
  const port = await freePort()
  const wss = new WebSocketServer({ port, host: '127.0.0.1' })
  await new Promise((resolve) => wss.once('listening', resolve))
  let count = 0
  wss.on('connection', (ws) => (behaviors[count++] ?? behaviors.at(-1))?.(ws))
  onTestFinished(() => {
    for (const ws of wss.clients) ws.terminate()
    wss.close()
  })
  return {
    wss,
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return count
    },
  }
}
const greet = (ws: ServerSocket): void => ws.send('{"n":1}')
const closeWith =
  (code: number, reason = '') =>
  (ws: ServerSocket) =>
    ws.close(code, reason)

const opened = (url: string, options: SocketOptions = {}, setup: ClientOptions = {}) =>
  socket(client<SocketApi>(url, setup), '/rooms/:room/count', {
    params: { room: 'a' },
    query: { to: 1 },
    ...options,
  })
const next = async <T>(from: AsyncIterable<T>): Promise<T | undefined> => {
  for await (const message of from) return message
}
const errorOf = (rejected: Promise<unknown>): Promise<unknown> =>
  rejected.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the close codes', () => {
  it.each([1003, 1007, 1009, 3000, 3999, 4000, 4399, 4400, 4403, 4404, 4422, 4600, 4999])(
    '%i is final',
    (code) => expect(isFinal(code)).toBe(true),
  )
  it.each([1001, 1002, 1005, 1006, 1008, 1011, 1012, 1013, 4401, 4408, 4429, 4500, 4599])(
    '%i is followed by another attempt',
    (code) => expect(isFinal(code)).toBe(false),
  )
})

describe('a socket', () => {
  it('reconnects after a deploy, and calls onDisconnect before and onReconnect after it', async () => {
    const server = await serverOf(closeWith(1012, 'restart'), greet)
    const calls: string[] = []
    await using numbers = opened(server.url, {
      onDisconnect: ({ code, reason }) => calls.push(`${code} ${reason}`),
      onReconnect: () => calls.push('again'),
    })
    expect(await next(numbers)).toEqual({ n: 1 })
    expect(calls).toEqual(['1012 restart', 'again'])
    expect(server.connections).toBe(2)
  })

  it('does not reconnect after a final code', async () => {
    const server = await serverOf(closeWith(4404, 'Gone'))
    expect(await errorOf(next(opened(server.url)))).toMatchObject({ code: 4404, reason: 'Gone' })
    expect(server.connections).toBe(1)
  })

  it('ends without an error after 1000, whatever reconnect says', async () => {
    const server = await serverOf(closeWith(1000))
    expect(await next(opened(server.url, { reconnect: () => true }))).toBeUndefined()
    expect(server.connections).toBe(1)
  })

  it('asks reconnect about any other code', async () => {
    const server = await serverOf(closeWith(4001, 'moved'), closeWith(1011, 'broken'), greet)
    const codes: number[] = []
    const reconnect = ({ code }: SocketClosed): boolean => codes.push(code) < 2
    const error = await errorOf(next(opened(server.url, { reconnect })))
    expect(error).toMatchObject({ code: 1011, reason: 'broken' })
    expect(codes).toEqual([4001, 1011])
    const never = opened((await serverOf(closeWith(1012))).url, { reconnect: false })
    expect(await errorOf(next(never))).toMatchObject({ code: 1012 })
  })

  it('continues after the server was away, and then sends what was waiting', async () => {
    const first = await serverOf((ws) => {
      greet(ws)
      ws.once('message', () => ws.terminate())
    })
    const onReconnect = vi.fn<() => void>()
    const lost = Promise.withResolvers<void>()
    await using numbers = opened(first.url, { onReconnect, onDisconnect: () => lost.resolve() })
    expect(await next(numbers)).toEqual({ n: 1 })
    await numbers.send('end' as never)
    first.wss.close()
    await lost.promise
    expect(numbers.state).toBe('connecting')
    const sent = numbers.send('waited' as never)
    const second = new WebSocketServer({ port: first.port, host: '127.0.0.1' })
    onTestFinished(() => second.close())
    const received = new Promise((resolve) =>
      second.on('connection', (ws) => {
        ws.once('message', (data: Buffer) => {
          resolve(data.toString())
          ws.close(1000)
        })
      }),
    )
    await sent
    expect(await received).toBe('"waited"')
    expect(await next(numbers)).toBeUndefined()
    expect(onReconnect).toHaveBeenCalledOnce()
  })

  it('gives up after as many failed attempts as retries allow', async () => {
    const server = await serverOf(closeWith(1011))
    expect(await errorOf(next(opened(server.url, { retries: 2 })))).toMatchObject({ code: 1011 })
    expect(server.connections).toBe(3)
  })

  it('throws when the server sends something other than JSON', async () => {
    const server = await serverOf((ws) => ws.send('not JSON'))
    const error = await errorOf(next(opened(server.url)))
    expect(error).toMatchObject({ code: 1007, cause: expect.any(SyntaxError) })
    const binary = await serverOf((ws) => ws.send(Buffer.from([1])))
    expect(await errorOf(next(opened(binary.url)))).toMatchObject({ code: 1007 })
  })

  it('closes when more messages wait than its buffer holds, after those that do', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await serverOf((ws) => {
      for (let n = 0; n < 10; n++) ws.send('{"n":1}')
      ws.on('close', () => closed.resolve())
    })
    const numbers = opened(server.url, { buffer: 3 })
    await closed.promise
    const read = [await next(numbers), await next(numbers), await next(numbers)]
    expect(read).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    expect(await errorOf(next(numbers))).toMatchObject({
      code: 1008,
      reason: '3 messages were not read: read them with for await, or set buffer',
    })
  })

  it('send() waits while the server does not read (backpressure)', async () => {
    const count = 300
    const connection = Promise.withResolvers<ServerSocket>()
    const server = await serverOf((ws) => {
      ws.pause()
      connection.resolve(ws)
    })
    await using numbers = opened(server.url)
    const text = 'x'.repeat(100_000)
    let sent = 0
    const sending = (async () => {
      for (; sent < count; sent++) await numbers.send(text as never)
    })()
    const ws = await connection.promise
    let before = -1
    await expect
      .poll(
        () => {
          const isStill = sent > 0 && sent === before
          before = sent
          return isStill
        },
        { interval: 300 },
      )
      .toBe(true)
    expect(sent).toBeLessThan(count)
    let received = 0
    ws.on('message', () => (received += 1))
    ws.resume()
    await sending
    await expect.poll(() => received).toBe(count)
  })
})
