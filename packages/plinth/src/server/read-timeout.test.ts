import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { bytesTaken } from './node/bytes-taken.ts'
import { ReadTimeout } from './read-timeout.ts'

/** A connection with a large response on its way to a client that does not read. */
async function unread(): Promise<{ readonly socket: Socket; readonly client: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
  const [socket] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  for (const end of [client, socket]) end.on('error', () => {})
  socket.write(Buffer.alloc(32_000_000))
  await settled(socket)
  return { socket, client }
}

/** Waits until the system takes no more bytes. */
async function settled(socket: Socket): Promise<void> {
  let before = -1
  for (let same = 0; same < 100; same = bytesTaken(socket) === before ? same + 1 : 0) {
    before = bytesTaken(socket)
    await turn()
  }
}

it('a client that reads nothing is disconnected after one period, though the system took a part of the response', async () => {
  const { socket } = await unread()
  const timeout = new ReadTimeout(5000)
  timeout.apply([socket], 500)
  timeout.apply([socket], 5000)
  expect(socket.destroyed).toBe(false)
  timeout.apply([socket], 5500)
  expect(socket.destroyed).toBe(true)
})

it('a client that reads a large response slowly stays connected', async () => {
  const { socket, client } = await unread()
  const timeout = new ReadTimeout(5000)
  timeout.apply([socket], 500)
  const before = bytesTaken(socket)
  client.resume()
  await expect.poll(() => bytesTaken(socket)).toBeGreaterThan(before)
  timeout.apply([socket], 5500)
  expect(socket.destroyed).toBe(false)
})

it('a connection without anything to send has no timeout', async () => {
  const { socket, client } = await unread()
  const timeout = new ReadTimeout(5000)
  timeout.apply([socket], 500)
  client.resume()
  await expect.poll(() => socket.writableLength).toBe(0)
  timeout.apply([socket], 6000)
  timeout.apply([socket], 12_000)
  expect(socket.destroyed).toBe(false)
})
