// Clients that send without end, or never read: the server's memory must not grow with them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'
import { closeFrame, frame, handshake, openRaw, type RawSocket } from '../support/raw-socket.ts'

const mega = 1_000_000
/** Bytes that the memory may vary by. Each attack sends much more. */
const noise = 20 * mega

let child: ChildProcess
let port = 0
let base = 0
beforeAll(async () => {
  const script = new URL('../support/attacks/socket-server.ts', import.meta.url)
  child = fork(script, {
    execArgv: ['--expose-gc'],
    env: childEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ port: listening }] = (await once(child, 'message')) as [{ port: number }]
  port = listening
  using raw = await openRaw(port, handshake('/sockets/echo'))
  raw.socket.write(frame(1, '"warm"'))
  await raw.received(1)
  base = await memory()
})
afterAll(async () => {
  // An attack that succeeds leaves a server that hears nothing.
  child.kill('SIGKILL')
  await once(child, 'exit')
})

/** The bytes that the server uses after a garbage collection. */
async function memory(): Promise<number> {
  child.send('memory')
  const [{ memory: used }] = (await once(child, 'message')) as [{ memory: number }]
  return used
}
const openCount = async (): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${port}/ping`)
  return ((await response.json()) as { open: number }).open
}

/** Resolves when no byte was taken between two looks, or the connection is closed: TCP holds the client back. */
async function untilHeldBack(socket: Socket): Promise<void> {
  let left = -1
  await expect
    .poll(
      () => {
        const isHeld = socket.destroyed || socket.writableLength === left
        left = socket.writableLength
        return isHeld
      },
      { interval: 500 },
    )
    .toBe(true)
}

describe('a message without an end', () => {
  it.each([
    ['of large parts', frame(0, 'x'.repeat(16_000), { fin: false }), 1009],
    [
      'of parts of one byte',
      Buffer.concat(Array.from({ length: 1000 }, () => frame(0, 'x', { fin: false }))),
      undefined,
    ],
    [
      'of empty parts',
      Buffer.concat(Array.from({ length: 1000 }, () => frame(0, '', { fin: false }))),
      undefined,
    ],
  ])('%s ends with a close', async (_, part, code) => {
    const attacks = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const raw = await openRaw(port, handshake('/sockets/echo'))
        raw.socket.write(frame(1, '"', { fin: false }))
        for (let sent = 0; sent < 200 && raw.events.length === 0; sent++) {
          if (!raw.socket.writable) break
          await new Promise<void>((resolve) => raw.socket.write(part, () => resolve()))
        }
        return raw
      }),
    )
    for (const raw of attacks) {
      await raw.received(1)
      expect(raw.events[0]).toMatch(
        code === undefined ? /^close 10(?:08|09)$|^end$/ : `close ${code}`,
      )
    }
    expect(await memory()).toBeLessThan(base + noise)
    for (const raw of attacks) raw[Symbol.dispose]()
  })

  it('is refused by its head alone if it claims to be too large', async () => {
    using raw = await openRaw(port, handshake('/sockets/echo'))
    raw.socket.write(frame(1, '"', { claims: 100_000_000n }))
    await raw.received(1)
    expect(raw.events[0]).toBe('close 1009')
  })
})

/** Writes this many bytes of frames at once, and reads nothing. */
function flood(raw: RawSocket, part: Buffer, bytes: number): void {
  raw.socket.pause()
  const batch = Buffer.concat(Array.from({ length: 1000 }, () => part))
  for (let sent = 0; sent < bytes; sent += batch.length) raw.socket.write(batch)
}

describe('a client that reads nothing', () => {
  it.each([
    ['pings', '/sockets/echo', frame(9, 'x'.repeat(125))],
    ['pongs', '/sockets/echo', frame(10, 'x'.repeat(125))],
    ['messages that are echoed', '/sockets/echo', frame(1, `"${'x'.repeat(500)}"`)],
    ['messages that no handler reads', '/sockets/idle', frame(1, `"${'x'.repeat(500)}"`)],
  ])('does not fill the memory with %s', async (_, path, part) => {
    const raw = await openRaw(port, handshake(path))
    flood(raw, part, 40 * mega)
    await untilHeldBack(raw.socket)
    expect(await memory()).toBeLessThan(base + noise)
    raw[Symbol.dispose]()
  })

  it('does not fill the memory with what the server sends', async () => {
    const raws = await Promise.all(
      Array.from({ length: 10 }, () => openRaw(port, handshake('/sockets/endless'))),
    )
    for (const raw of raws) raw.socket.pause()
    const used: number[] = []
    await expect
      .poll(async () => used.push(await memory()), { interval: 200 })
      .toBeGreaterThanOrEqual(3)
    expect(Math.max(...used)).toBeLessThan(base + noise)
    for (const raw of raws) raw[Symbol.dispose]()
  })
})

describe('handshakes', () => {
  it('that do not end are a 408, while other requests are served', async () => {
    const half = handshake('/sockets/echo').slice(0, -2)
    const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1'))
    const replies = sockets.map(async (socket) => {
      let text = ''
      socket.on('error', () => undefined)
      socket.on('data', (part) => (text += part.toString('latin1')))
      socket.write(half)
      await once(socket, 'close')
      return text.split('\r\n')[0]
    })
    expect(await openCount()).toBe(0)
    expect(new Set(await Promise.all(replies))).toEqual(new Set(['HTTP/1.1 408 Request Timeout']))
    expect(await memory()).toBeLessThan(base + noise)
  })

  it('by the hundred open and close, and nothing stays', async () => {
    for (let round = 0; round < 4; round++) {
      const raws = await Promise.all(
        Array.from({ length: 100 }, () => openRaw(port, handshake('/sockets/echo'))),
      )
      for (const raw of raws) {
        expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
        raw.socket.write(closeFrame(1000))
      }
      await Promise.all(raws.map((raw) => raw.received(Infinity)))
    }
    await expect.poll(openCount).toBe(0)
    expect(await memory()).toBeLessThan(base + noise)
  })
})
