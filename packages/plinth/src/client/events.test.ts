// Reading event streams over several connections, from a server that ends each as it is told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { router } from '../routing/router.ts'
import { client, type ClientOptions, events, type EventsOptions } from './client.ts'

const numbers = router('/numbers')
const api = app({
  title: 'Numbers',
  routes: {
    numbers: {
      watch: numbers.get('/', { response: sse(z.int()) }, async function* () {
        yield 1
      }),
      lines: numbers.get('/lines', { response: jsonLines(z.int()) }, async function* () {
        yield 1
      }),
    },
  },
})

type Behavior = (response: ServerResponse, request: IncomingMessage) => void

/** A server, and what each request to it does: the last behavior is that of all later ones. */
async function serverOf(...behaviors: Behavior[]) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const behavior = behaviors[requests.length] ?? behaviors.at(-1)
    requests.push(request)
    behavior?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const heads = (name: string) => requests.map(({ headers }) => headers[name])
  return { url: `http://127.0.0.1:${port}`, requests, heads }
}

const stream =
  (text: string): Behavior =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(`retry: 1\n${text}`)
  }
/** Sends a part, and then breaks the connection. */
const broken =
  (text: string): Behavior =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`retry: 1\n${text}`, () => setImmediate(() => response.destroy()))
  }
const status =
  (code: number, headers: Record<string, string> = {}): Behavior =>
  (response) =>
    void response.writeHead(code, headers).end()
const over = status(204)

const watched = (
  url: string,
  options: EventsOptions & { signal?: AbortSignal } = {},
  setup: ClientOptions = {},
) => events(client<typeof api>(url, setup), '/numbers', options)
const errorOf = (values: AsyncIterable<number>): Promise<unknown> =>
  Array.fromAsync(values).then(
    () => undefined,
    (error: unknown) => error,
  )

describe('events()', () => {
  it('goes on after the stream has ended or broken, from the last id, until a 204', async () => {
    const server = await serverOf(
      stream('id: a\ndata: 1\n\nid: b\ndata: 2\n\n'),
      broken('data: 3\n\ndata: 4'),
      stream('id: ü\ndata: 4\n\n'),
      over,
    )
    expect(await Array.fromAsync(watched(server.url))).toEqual([1, 2, 3, 4])
    const utf8 = Buffer.from('ü').toString('latin1')
    expect(server.heads('last-event-id')).toEqual([undefined, 'b', 'b', utf8])
  })

  it('tells of each lost connection, and of each new one', async () => {
    const server = await serverOf(stream('data: 1\n\n'), status(503), stream('data: 2\n\n'), over)
    const calls: string[] = []
    const values = watched(server.url, {
      onDisconnect: ({ status, problem }) => calls.push(`${status} ${problem.detail}`),
      onReconnect: () => calls.push('again'),
    })
    expect(await Array.fromAsync(values)).toEqual([1, 2])
    expect(calls).toEqual(['0 The stream has ended', 'again', '0 The stream has ended'])
  })

  it('takes a new token once the old one is refused', async () => {
    const guarded: Behavior = (response, request) =>
      request.headers.authorization === 'Bearer old'
        ? status(401)(response, request)
        : stream('data: 2\n\n')(response, request)
    const server = await serverOf(stream('data: 1\n\n'), guarded, guarded, over)
    const tokens = {
      token: (refused?: string) => (refused === undefined ? current : (current = 'new')),
    }
    let current = 'old'
    expect(await Array.fromAsync(watched(server.url, {}, tokens))).toEqual([1, 2])
    expect(server.heads('authorization')).toEqual([
      'Bearer old',
      'Bearer old',
      'Bearer new',
      'Bearer new',
    ])
  })

  it.each([400, 401, 403, 404, 410, 422])('ends with the error after a %i', async (code) => {
    const server = await serverOf(stream('data: 1\n\n'), status(code))
    expect(await errorOf(watched(server.url))).toMatchObject({ status: code })
    expect(server.requests).toHaveLength(2)
  })

  it('gives up after as many failed attempts in a row as retries allow', async () => {
    const server = await serverOf(
      stream('data: 1\n\n'),
      status(502),
      status(429),
      stream('data: 2\n\n'),
      status(500),
    )
    const error = await errorOf(watched(server.url, { retries: 3 }))
    expect(error).toMatchObject({ status: 500 })
    // The end of a stream that had events is the first failure.
    expect(server.requests).toHaveLength(4 + 3)
    const away = await serverOf(status(503, { 'retry-after': '0' }))
    const first = watched(away.url, {}, { retries: 0 })
    expect(await errorOf(first)).toMatchObject({ status: 503 })
    expect(away.requests).toHaveLength(1)
  })

  it('stops waiting when its signal aborts, and closes the connection when its loop ends', async () => {
    const stop = new AbortController()
    const slow = await serverOf((response, request) => {
      stream('retry: 600000\ndata: 1\n\n')(response, request)
    })
    const values = watched(slow.url, {
      signal: stop.signal,
      onDisconnect: () => setImmediate(() => stop.abort(new Error('enough'))),
    })
    expect(await errorOf(values)).toMatchObject({ message: 'enough' })
    expect(slow.requests).toHaveLength(1)

    const closed = Promise.withResolvers<void>()
    const open = await serverOf((response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    for await (const value of watched(open.url)) {
      expect(value).toBe(1)
      break
    }
    await closed.promise
  })

  it('refuses a response that is not an event stream', async () => {
    const c = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    await expect(events(c, '/numbers/lines').next()).rejects.toThrow(
      'GET /numbers/lines: events() reads event streams, and the response is application/jsonl',
    )
    const ended = await errorOf(events(c, '/numbers', { retries: 0 }))
    expect(ended).toMatchObject({ problem: { detail: 'The stream has ended' } })
  })
})
