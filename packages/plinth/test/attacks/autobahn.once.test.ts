// The Autobahn test suite, case by case, against a socket of an app.
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../src/app/app.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { router } from '../../src/routing/router.ts'
import { serve } from '../../src/server/serve.ts'
import { autobahnCases, type AutobahnCase } from '../support/attacks/autobahn-cases.ts'
import { closeFrame, handshake, openRaw } from '../support/raw-socket.ts'

let opened = 0
let closed = 0
const text = z.string()
const limits = { message: 1 << 20, rate: 1000 }
const echo = router('/echo').socket(
  '/',
  { receive: text, send: text, limits },
  async function* ({ incoming }) {
    opened += 1
    try {
      for await (const message of incoming) yield message
    } finally {
      closed += 1
    }
  },
)
const log = createLogger({ level: 'silent', format: 'json', destination: { write: () => true } })
const api = app({ title: 'Echo', routes: { echo: { echo } }, log })
const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
afterAll(() => server.close())

/** Runs a case, and returns what was received. It sends a close frame back, as a client must. */
async function run({ steps, chop }: AutobahnCase): Promise<readonly string[]> {
  using raw = await openRaw(server.port, handshake('/echo'))
  expect(raw.head).toMatch(/^HTTP\/1\.1 101 /)
  for (const step of steps)
    if (typeof step === 'number') await raw.received(step)
    else for (const part of partsOf(step, chop)) await write(raw.socket, part)
  while (!raw.events.some((event) => event === 'end' || event.startsWith('close')))
    await raw.received(raw.events.length + 1)
  await write(raw.socket, closeFrame(1000))
  await raw.received(Infinity)
  return raw.events
}

const partsOf = (bytes: Buffer, chop: number): Buffer[] =>
  chop === 0
    ? [bytes]
    : Array.from({ length: Math.ceil(bytes.length / chop) }, (_, at) =>
        bytes.subarray(at * chop, (at + 1) * chop),
      )

/** Writes a part, so that it arrives by itself. The server may have closed the connection meanwhile. */
async function write(socket: import('node:net').Socket, part: Buffer): Promise<void> {
  if (!socket.writable) return
  await new Promise<void>((resolve) => socket.write(part, () => resolve()))
  await turn()
}

describe.each(Object.entries(autobahnCases))('Autobahn, section %s', (_, cases) => {
  it.each(cases.map((one) => [one.id, one] as const))('case %s', async (_, one) => {
    const events = await run(one)
    if (!one.fails) return expect(events).toEqual(one.expected)
    expect(events.slice(-2)).toEqual(one.expected)
    expect(events.slice(0, -2).filter((event) => !event.startsWith('text'))).toEqual([])
  })
})

it('after all cases, each handler that began has ended', async () => {
  expect(opened).toBeGreaterThan(200)
  await expect.poll(() => closed).toBe(opened)
})
