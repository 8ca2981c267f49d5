import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { TextResponse } from '../http/text-response.ts'
import { internals } from '../http/internals.ts'
import { close, exchange, hello, start } from './serve.fixture.ts'

const request = `GET /a HTTP/1.1\r\nhost: localhost\r\n${close}`
/** Starts an app that responds without a `Request`. */
const direct = (
  respond: (incoming: IncomingRequest) => OutgoingResponse | Promise<OutgoingResponse>,
) => start(hello, {}, { [internals]: { respond } })

const textWith = (own: [string, string][], body: string | null = 'text'): TextResponse =>
  new TextResponse(body === null ? 204 : 200, {}, { type: undefined, requestId: 'r', body, own })

describe('a response that cannot be written becomes a 500, and the server keeps running', () => {
  const unsendable: [string, string][] = [['x-a', 'é☃']]
  const failing = (): never => {
    throw new Error('secret')
  }
  const ways: Record<string, () => ReturnType<typeof start>> = {
    // Node does not accept a `trailer` next to a length.
    'a Response': () => start(() => new Response('x', { headers: { trailer: 'x' } })),
    'a text': () => direct(() => textWith(unsendable)),
    'a text of an async app': () => direct(() => Promise.resolve(textWith(unsendable))),
    'a response without a body': () => direct(() => textWith(unsendable, null)),
    'an app that throws': () => direct(failing),
    'an app that rejects': () => direct(() => Promise.reject(new Error('secret'))),
  }
  it.each(Object.entries(ways))('%s', async (_name, started) => {
    const { server, lines } = await started()
    for (let time = 0; time < 2; time++) {
      const response = await exchange(server, request)
      expect(response).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/)
      expect(response).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r$/im)
      expect(response).not.toContain('secret')
      const [, head, body] = /^(.*?)\r\n\r\n(.*)$/s.exec(response)!
      expect(head).toContain(`content-length: ${body!.length}\r\n`)
      const { code, requestId } = JSON.parse(body!) as Record<string, string>
      expect(code).toBe('PLINTH_INTERNAL')
      expect(head).toContain(`x-request-id: ${requestId}`)
    }
    expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(2)
  })
})

describe('the headers of a response', () => {
  it.each([
    ['a record', { 'x-a': 'é' }, 'x-a: é'],
    ['a file’s name', { 'content-disposition': 'attachment; filename="é"' }, "''%C3%A9"],
  ])('are sent, encoded if necessary: %s', async (_name, headers, expected) => {
    const { server } = await start(() => new Response('ü', { headers }))
    const response = await exchange(server, request)
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(response).toContain(expected)
    expect(response).toContain(Buffer.from('ü').toString('latin1'))
  })

  it('are sent, encoded if necessary: a list', async () => {
    // A common header that is not ASCII: all headers are passed to Node as a list.
    const base = { 'x-base': 'é☃', 'x-other': 'a' }
    const { server, lines } = await direct(
      () => new TextResponse(200, base, { type: 'text/plain', requestId: 'r', body: 'ü', own: [] }),
    )
    const response = await exchange(server, request)
    expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(response).toMatch(/^x-base: é%E2%98%83\r$/m)
    expect(response).toMatch(/^x-other: a\r$/m)
    expect(lines.join('')).toContain('was encoded')
  })
})

it('a client that closes its end of the connection is treated as disconnected', async () => {
  const aborted = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const { server } = await start(async ({ signal }) => {
    signal.addEventListener('abort', () => aborted.resolve())
    begun.resolve()
    await aborted.promise
    return new Response('late')
  })
  const socket = connect(server.port, '127.0.0.1', () => socket.write(request))
  await begun.promise
  socket.end()
  await aborted.promise
})
