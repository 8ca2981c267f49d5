// Error responses in a format of the app's own: FastAPI's, wherever an error arises.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  createLogger,
  dependency,
  errorType,
  router,
  serve,
  unauthorized,
} from 'plinth'
import { client } from 'plinth/client'
import { conformance, testApp } from 'plinth/testing'

const Errors = z.object({
  detail: z.union([
    z.string(),
    z.array(
      z.object({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }),
    ),
  ]),
})
const full = errorType('FULL', { status: 402, title: 'Full', data: z.object({ limit: z.int() }) })
const user = dependency(
  { token: bearer() },
  ({ token }) => {
    if (token !== 'good') throw unauthorized()
    return token
  },
  { errors: [401] },
)

const items = router('/items')
const Item = z.object({ name: z.string().max(20) })
const create = items.post('/', { body: Item, response: Item, errors: [full] }, ({ body }) => {
  if (body.name === 'full') throw full({ limit: 3 })
  return body
})
const mine = items.get('/mine', { dependencies: { user } }, ({ user }) => user)
const faults = router('/faults')
const broken = faults.get('/broken', {}, () => {
  throw new Error('secret')
})
const asked: string[] = []
let release = Promise.withResolvers<void>()
const slow = faults.get('/slow', {}, async () => {
  asked.push('slow')
  await release.promise
  return 'done'
})
const lines: string[] = []
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line) => lines.push(line) },
})
const appOf = <Mods extends Record<string, object>>(routes: Mods) =>
  app({
    title: 'Items',
    routes,
    cors: { origins: ['https://page.example'] },
    log,
    problems: {
      schema: Errors,
      write: ({ detail, errors }) => ({
        detail:
          errors?.map((one) => ({
            loc: [one.in, ...one.path],
            msg: one.message,
            type: one.code,
          })) ?? detail,
      }),
    },
  })
const api = appOf({ items: { create, mine }, faults: { broken, slow } })

interface Answer {
  readonly status: number
  readonly type: string | undefined
  readonly body: string
}
function answerOf(raw: string): Answer {
  const [head = '', body = ''] = raw.split('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1]?.trim(),
    body,
  }
}
async function exchange(port: number, request: string): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let raw = ''
  socket.setEncoding('latin1').on('data', (text: string) => (raw += text))
  socket.on('error', () => {})
  socket.write(request)
  await once(socket, 'close')
  return answerOf(raw)
}
const lineOf = (first: string, ...headers: string[]): string =>
  [first, 'Host: a', 'Connection: close', ...headers].join('\r\n')
const bodied = (head: string, body: string): string =>
  `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const json = 'Content-Type: application/json'

describe('a format of error responses', () => {
  it('is that of every error, below the app and in it', async () => {
    const limits = {
      headers: 2048,
      url: 200,
      body: 100,
      checkInterval: 20,
      headersTimeout: 200,
      requestTimeout: 200,
    }
    const server = await serve(testApp(api), {
      port: 0,
      signals: false,
      limits,
      hostname: '127.0.0.1',
    })
    onTestFinished(() => server.close())
    const post = lineOf('POST /items HTTP/1.1', json)
    const requests: readonly (readonly [number, string])[] = [
      [404, `${lineOf('GET /nothing HTTP/1.1')}\r\n\r\n`],
      [405, `${lineOf('DELETE /items HTTP/1.1')}\r\n\r\n`],
      [401, `${lineOf('GET /items/mine HTTP/1.1')}\r\n\r\n`],
      [402, bodied(post, '{"name":"full"}')],
      [413, bodied(post, `{"name":"${'a'.repeat(2_000_000)}"}`)],
      [415, bodied(lineOf('POST /items HTTP/1.1', 'Content-Type: text/plain'), 'hello')],
      [422, bodied(post, '{"name":5}')],
      [400, bodied(post, '{"name"')],
      [500, `${lineOf('GET /faults/broken HTTP/1.1')}\r\n\r\n`],
      // below the app
      [400, 'nonsense\r\n\r\n'],
      [400, `${lineOf('GET / HTTP/1.1', 'Host: b')}\r\n\r\n`],
      [405, `${lineOf('BREW / HTTP/1.1')}\r\n\r\n`],
      [405, `${lineOf('CONNECT a:80 HTTP/1.1')}\r\n\r\n`],
      [408, 'GET / HTTP/1.1\r\nHost: a\r\n'],
      [414, `${lineOf(`GET /${'a'.repeat(300)} HTTP/1.1`)}\r\n\r\n`],
      [417, bodied(lineOf('POST /items HTTP/1.1', json, 'Expect: magic'), '{}')],
      [431, `${lineOf('GET / HTTP/1.1', `X-Long: ${'a'.repeat(4000)}`)}\r\n\r\n`],
      [
        501,
        `${lineOf('POST /items HTTP/1.1', json, 'Transfer-Encoding: gzip, chunked')}\r\n\r\n0\r\n\r\n`,
      ],
      [
        400,
        `${lineOf('OPTIONS /items HTTP/1.1', 'Origin: https://other.example', 'Access-Control-Request-Method: POST')}\r\n\r\n`,
      ],
    ]
    for (const [status, request] of requests) {
      const answer = await exchange(server.port, request)
      expect(answer, request.slice(0, 100)).toMatchObject({ status, type: 'application/json' })
      const { detail, ...rest } = JSON.parse(answer.body) as Record<string, unknown>
      expect(rest).toStrictEqual({})
      if (status !== 422) expect(detail).toEqual(expect.stringMatching(/^\w/))
      else
        expect(detail).toEqual([
          { loc: ['body', 'name'], msg: expect.stringContaining('string'), type: 'invalid_type' },
        ])
    }
  })

  it('is that of requests that an overloaded server refuses', async () => {
    const withIds = app({
      title: 'Ids',
      routes: { faults: { broken, slow } },
      log,
      problems: {
        schema: z.object({ ids: z.array(z.string()) }),
        write: ({ requestId }) => ({ ids: [requestId, requestId.toUpperCase(), requestId] }),
      },
    })
    for (const [served, body] of [
      [testApp(api), '{"detail":"The server is overloaded; try again in a moment"}'],
      [testApp(withIds), '{"ids":["abc","ABC","abc"]}'],
    ] as const) {
      release = Promise.withResolvers<void>()
      const server = await serve(served, {
        port: 0,
        signals: false,
        hostname: '127.0.0.1',
        limits: { inFlight: 1, eventLoopDelay: 0 },
      })
      onTestFinished(() => server.close())
      const before = asked.length
      const first = exchange(server.port, `${lineOf('GET /faults/slow HTTP/1.1')}\r\n\r\n`)
      await expect.poll(() => asked.length).toBe(before + 1)
      const refused = `${lineOf('GET /faults/slow HTTP/1.1', 'X-Request-Id: abc')}\r\n\r\n`
      expect(await exchange(server.port, refused)).toStrictEqual({
        status: 503,
        type: 'application/json',
        body,
      })
      release.resolve()
      expect(await first).toMatchObject({ status: 200 })
    }
  })

  it('is what the documentation says, and conformance() finds nothing', async () => {
    const { components, paths } = api.openapi()
    expect(Object.keys(components.schemas ?? {})).toStrictEqual(['Error'])
    expect(components.responses?.['UnprocessableEntity']?.content).toMatchObject({
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        example: { detail: [{ loc: ['query', 'limit'], type: 'too_big' }] },
      },
    })
    expect(paths['/items']?.['post']?.responses[402]).toMatchObject({
      description: 'Full',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    })
    const { findings, requests } = await conformance(appOf({ items: { create, mine } }), {
      headers: { authorization: 'Bearer good' },
    })
    expect(findings).toStrictEqual([])
    expect(requests).toBeGreaterThan(10)
  })

  it('is the type of the body of a failed call', async () => {
    const test = testApp(api)
    const c = client<typeof api>('http://test', { fetch: (request) => test.fetch(request) })
    const result = await c.try.post('/items', { body: { name: 'full' } })
    if (result.ok) throw new Error('it succeeded')
    // a problem of the status, and the body in the app's own format
    expect(result).toMatchObject({ status: 402, problem: { status: 402, code: 'HTTP_402' } })
    expect(result.body?.detail).toBe('Full')
    await expect(c.get('/faults/broken')).rejects.toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining('Something went wrong') },
    })
  })
})
