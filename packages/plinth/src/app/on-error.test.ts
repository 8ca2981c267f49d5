import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import type { ErrorReport, OnError } from '../errors/error-report.ts'
import { HttpError, notFound } from '../errors/http-error.ts'
import { after } from '../http/after/after.ts'
import { jsonLines } from '../http/stream.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { testApp } from '../testing/test-app.ts'
import { app } from './app.ts'
import type { AnyAppOptions } from './app.types.ts'

class PaymentFailed extends Error {}

const root = new Error('the connection was reset')
const broken = new Error('the shop is broken', { cause: new Error('no stock', { cause: root }) })
const declined = new PaymentFailed('declined')
const fail = (error: unknown) => () => {
  throw error
}
const user = bearer({ verify: (token) => ({ id: token }) })
const closing = dependency(function* () {
  yield 'open'
  throw broken
})
const shop = router('/shop')
const Row = z.object({ n: z.int() })
const routes = {
  shop: {
    buy: shop.post('/:id', { dependencies: { user } }, fail(broken)),
    caught: shop.get('/caught', {}, fail(declined)),
    missing: shop.get('/missing', {}, fail(notFound('No such shop'))),
    own: shop.get('/own', {}, () => new Response('upstream is away', { status: 502 })),
    text: shop.get('/text', {}, fail('a text')),
    unfinished: shop.get('/unfinished', { dependencies: { closing } }, () => 'never sent'),
    lines: shop.get('/lines', { response: jsonLines(Row) }, async function* () {
      yield { n: 1 }
      throw broken
    }),
    later: shop.get('/later', {}, () => {
      after(fail(broken))
      return 'sent'
    }),
    room: shop.socket('/room', { receive: Row, send: Row }, async function* ({ incoming }) {
      for await (const message of incoming) {
        yield message
        throw broken
      }
    }),
  },
}

function start(options: Pick<AnyAppOptions, 'onError' | 'around'> = {}) {
  const reports: ErrorReport[] = []
  const lines: string[] = []
  const onError: OnError = (report) => void reports.push(report)
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } })
  const api = testApp(
    app({
      title: 'Shop',
      routes,
      onError,
      log,
      catch: [[PaymentFailed, () => new HttpError(502, 'The bank is away', { code: 'BANK_AWAY' })]],
      ...options,
    }),
  )
  const send = (path: string, init?: RequestInit): Promise<Response> =>
    api.fetch(new Request(`http://test${path}`, init))
  return { api, reports, lines, send }
}

describe('onError of an app', () => {
  it('gets the error of a 500 with its innermost cause, its route, its caller and its request id', async () => {
    const { send, reports } = start()
    const headers = { authorization: 'Bearer ann', 'x-request-id': 'request-1' }
    expect((await send('/shop/42', { method: 'POST', headers })).status).toBe(500)
    expect(reports).toEqual([
      {
        source: 'request',
        error: broken,
        cause: root,
        status: 500,
        code: 'PLINTH_INTERNAL',
        request: {
          method: 'POST',
          route: '/shop/:id',
          caller: 'ann',
          requestId: 'request-1',
          traceId: undefined,
        },
        job: undefined,
      },
    ])
  })
  it('gets the exception that catch turned into a 502, and the code of the response', async () => {
    const { send, reports } = start()
    expect((await send('/shop/caught')).status).toBe(502)
    expect(reports).toMatchObject([{ error: declined, cause: undefined, code: 'BANK_AWAY' }])
  })
  it('gets an error that names the route if a handler made the 502 itself, and a thrown text as it is', async () => {
    const { send, reports } = start()
    await send('/shop/own')
    await send('/shop/text')
    expect(reports[0]).toMatchObject({
      error: new Error('GET /shop/own responded with 502'),
      code: undefined,
    })
    expect(reports[1]).toMatchObject({ error: 'a text', status: 500 })
  })
  it('is not called for responses below 500: 404 of a handler and without a route, 401, and 422', async () => {
    const { send, reports } = start()
    const statuses = [
      (await send('/shop/missing')).status,
      (await send('/nothing')).status,
      (await send('/shop/42', { method: 'POST' })).status,
      (await send('/shop/missing?x=1')).status,
    ]
    expect(statuses.every((status) => status >= 400 && status < 500)).toBe(true)
    expect(reports).toEqual([])
  })
  it('gets the error of a dependency that fails after the handler, once', async () => {
    const { send, reports } = start()
    expect((await send('/shop/unfinished')).status).toBe(500)
    expect(reports).toMatchObject([{ source: 'request', error: broken }])
  })
  it('gets the error of a stream that breaks after its headers, and of a task of after()', async () => {
    const { send, reports } = start()
    const lines = await send('/shop/lines')
    await expect(lines.text()).rejects.toThrow()
    await send('/shop/later')
    expect(reports).toMatchObject([
      { source: 'stream', error: broken, status: undefined, request: { route: '/shop/lines' } },
      { source: 'after', error: broken, request: { route: '/shop/later', method: 'GET' } },
    ])
  })
  it('gets the error of an open socket, and none of a message that the client sent wrong', async () => {
    const { api, reports } = start()
    const socket = await api.socket('/shop/room')
    await socket.send({ n: 1 })
    expect((await socket.closed).code).toBe(1011)
    expect(reports).toMatchObject([{ source: 'socket', error: broken, request: { method: 'GET' } }])
    const wrong = await api.socket('/shop/room')
    await wrong.send({ n: 'one' } as never)
    await wrong.closed
    expect(reports).toHaveLength(1)
  })
  it('is called once for a request that passes through middleware, with the status that is sent', async () => {
    const { send, reports } = start({ around: [async (request, next) => await next(request)] })
    await send('/shop/caught')
    expect(reports).toMatchObject([{ error: declined, status: 502 }])
  })
  it('gets the error of middleware that fails before and after the app has responded', async () => {
    const early = start({ around: [fail(broken)] })
    await early.send('/shop/missing')
    const late = start({
      around: [
        async (request, next) => {
          await next(request)
          throw broken
        },
      ],
    })
    await late.send('/shop/missing')
    expect(early.reports).toMatchObject([{ error: broken, status: 500 }])
    expect(late.reports).toMatchObject([{ error: broken, status: 500 }])
  })
  it('gets no 503 of the readiness check of a server that shuts down', async () => {
    const { api, send, reports } = start()
    api.drain()
    expect((await send('/health/ready')).status).toBe(503)
    expect(reports).toEqual([])
  })
})

describe('an onError that fails', () => {
  const failed = /onError failed/
  it('changes no response, and is logged once in a while, whether it throws or rejects', async () => {
    for (const onError of [fail(new Error('no network')), async () => fail(new Error('away'))()]) {
      const { send, lines } = start({ onError })
      for (let count = 0; count < 5; count++) expect((await send('/shop/caught')).status).toBe(502)
      await expect.poll(() => lines.filter((line) => failed.test(line))).toHaveLength(1)
    }
  })
  it('has at most 100 unfinished calls, and does not hold up the end of the app', async () => {
    let calls = 0
    const { api, send, lines } = start({
      onError: () => {
        calls++
        return new Promise(() => {})
      },
    })
    for (let count = 0; count < 103; count++) await send('/shop/caught')
    expect(calls).toBe(100)
    expect(lines.filter((line) => failed.test(line))).toHaveLength(1)
    await api.stop()
  })
  it('is waited for at the end of the app if its calls finish soon', async () => {
    const done: string[] = []
    const { api, send } = start({
      onError: async () => {
        await new Promise(setImmediate)
        done.push('sent')
      },
    })
    await send('/shop/caught')
    await api.stop()
    expect(done).toEqual(['sent'])
  })
  it('is refused at startup if it is not a function', () => {
    expect(() => start({ onError: 'sentry' as never })).toThrow(
      /app\(\): onError is not a function/,
    )
  })
})
