import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { TextResponse } from '../http/text-response.ts'
import { internals } from '../http/internals.ts'
import { close, exchange, hello, start } from './serve.fixture.ts'

const request = `GET /a HTTP/1.1\r\nhost: localhost\r\n${close}`
/** An app that is asked without a `Request`. */
const direct = (
  respond: (incoming: IncomingRequest) => OutgoingResponse | Promise<OutgoingResponse>,
) => start(hello, {}, { [internals]: { respond } })

const textWith = (own: [string, string][], body: string | null = 'text'): TextResponse =>
  new TextResponse(body === null ? 204 : 200, {}, { type: undefined, requestId: 'r', body, own })

describe('an answer that cannot be written is a 500, and the server goes on', () => {
  const unsendable: [string, string][] = [['x-a', 'é☃']]
  const failing = (): never => {
    throw new Error('secret')
  }
  const ways: Record<string, () => ReturnType<typeof start>> = {
    // Node takes no `trailer` beside a length.
    'a Response': () => start(() => new Response('x', { headers: { trailer: 'x' } })),
    'a text': () => direct(() => textWith(unsendable)),
    'a text that is waited for': () => direct(() => Promise.resolve(textWith(unsendable))),
    'none of a body': () => direct(() => textWith(unsendable, null)),
    'an app that throws': () => direct(failing),
    'an app that rejects': () => direct(() => Promise.reject(new Error('secret'))),
  }
  it.each(Object.entries(ways))('%s', async (_name, started) => {
    const { server, lines } = await started()
    for (let time = 0; time < 2; time++) {
      const answer = await exchange(server, request)
      expect(answer).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/)
      expect(answer).toMatch(/^content-type: application\/problem\+json; charset=utf-8\r$/im)
      expect(answer).not.toContain('secret')
      const [, head, body] = /^(.*?)\r\n\r\n(.*)$/s.exec(answer)!
      expect(head).toContain(`content-length: ${body!.length}\r\n`)
      const { code, requestId } = JSON.parse(body!) as Record<string, string>
      expect(code).toBe('PLINTH_INTERNAL')
      expect(head).toContain(`x-request-id: ${requestId}`)
    }
    expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(2)
  })
})

describe('the headers of an answer', () => {
  it.each([
    ['a record', { 'x-a': 'é' }, 'x-a: é'],
    ['a file’s name', { 'content-disposition': 'attachment; filename="é"' }, "''%C3%A9"],
  ])('are sent as they can be: %s', async (_name, headers, expected) => {
    const { server } = await start(() => new Response('ü', { headers }))
    const answer = await exchange(server, request)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toContain(expected)
    expect(answer).toContain(Buffer.from('ü').toString('latin1'))
  })

  it('are sent as they can be: a list', async () => {
    // A header that not every answer has, among those that every answer has, makes Node take a list of all.
    const base = { 'x-base': 'é☃', 'x-other': 'a' }
    const { server, lines } = await direct(
      () => new TextResponse(200, base, { type: 'text/plain', requestId: 'r', body: 'ü', own: [] }),
    )
    const answer = await exchange(server, request)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toMatch(/^x-base: é%E2%98%83\r$/m)
    expect(answer).toMatch(/^x-other: a\r$/m)
    expect(lines.join('')).toContain('was encoded')
  })
})

it('a client that has said all closes its end, and is taken for one that went away', async () => {
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
