import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bearer } from '../auth/schemes/bearer.ts'
import { createLogger } from '../logging/logger.ts'
import type { Logger } from '../logging/logger.types.ts'
import { router } from '../routing/router.ts'
import { testApp } from '../testing/test-app.ts'
import { app } from './app.ts'
import type { AnyAppOptions } from './app.types.ts'

const user = bearer({ verify: (token) => ({ id: token }) })
const shop = router('/shop', { dependencies: { user } })
const routes = {
  shop: {
    buy: shop.post('/:id', { body: z.object({ n: z.int() }) }, () => 'bought'),
    room: shop.socket('/room', { send: z.string() }, async function* () {
      yield 'one'
    }),
  },
}
const all = [
  ...(['operation', 'path', 'caller', 'userAgent', 'referer', 'host', 'contentLength'] as const),
  ...(['status', 'method', 'route', 'requestId', 'ms', 'client'] as const),
]
const body = '{"n":1}'
const headers = {
  authorization: 'Bearer ann',
  'content-type': 'application/json',
  'content-length': String(body.length),
  'user-agent': 'curl/8 "quoted"',
  referer: 'https://shop.example/cart?token=secret',
  host: 'shop.example',
  'x-request-id': 'request-1',
}
const expected = {
  operation: 'shop.buy',
  path: '/shop/42',
  caller: 'ann',
  userAgent: 'curl/8 "quoted"',
  referer: 'https://shop.example/cart',
  host: 'shop.example',
  contentLength: 7,
  status: 200,
  method: 'POST',
  route: '/shop/:id',
  requestId: 'request-1',
  ms: expect.any(Number) as number,
}

const start = (options: Pick<AnyAppOptions, 'log' | 'accessLog'>) =>
  testApp(app({ title: 'Shop', routes, ...options }))
const post = (path: string, more = {}): Request =>
  new Request(`http://test${path}`, { method: 'POST', body, headers: { ...headers, ...more } })

/** A logger of another library. */
function foreign() {
  const lines: object[] = []
  const write = (facts: object, msg: string): void => void lines.push({ ...facts, msg })
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log }
  return { lines, log }
}

describe('accessLog.fields', () => {
  it('decide the fields of a line and their order, in JSON and for the logger of another library', async () => {
    const lines: string[] = []
    const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } })
    const own = await start({ log, accessLog: { fields: all } }).fetch(post('/shop/42?n=1'))
    expect(own.status).toBe(expected.status)
    const line = JSON.parse(lines[0]!) as object
    const time = expect.any(String) as string
    expect(line).toEqual({ level: 'info', time, ...expected, msg: 'request' })
    expect(Object.keys(line)).toEqual(['level', 'time', ...all.slice(0, -1), 'msg'])
    const other = foreign()
    await start({ log: other.log, accessLog: { fields: all } }).fetch(post('/shop/42?n=1'))
    expect(other.lines).toEqual([{ ...expected, msg: 'request' }])
  })
  it('leave out what a request without a route does not have', async () => {
    const { log, lines } = foreign()
    const fields = ['route', 'operation', 'caller', 'status'] as const
    await start({ log, accessLog: { fields } }).fetch(post('/nothing'))
    expect(lines).toEqual([{ route: null, status: 404, msg: 'request' }])
  })
  it('do not change the facts of a socket, which its line has at the end', async () => {
    const lines: string[] = []
    const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } })
    const test = start({ log, accessLog: { fields: ['route', 'caller'] } })
    await (
      await test.socket('/shop/room' as never, { headers })
    ).closed
    expect(JSON.parse(lines[0]!)).toMatchObject({ route: '/shop/room', caller: 'ann', sent: 1 })
  })
  it('never let a client break a line: control characters, secrets, and the most bytes of a line', async () => {
    const lines: string[] = []
    const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } })
    const test = start({ log, accessLog: { fields: ['userAgent', 'path'] } })
    await test.fetch(post('/shop/42', { 'user-agent': `\u0085${'x'.repeat(10_000)}` }))
    await test.fetch(post('/shop/postgres:%2F%2Fann:hunter2hunter2@db%2Fapp'))
    expect(lines.map((line) => Buffer.byteLength(line) <= 8192)).toEqual([true, true])
    expect(lines[0]).not.toContain('\u0085')
  })
  it('are refused at startup if one is unknown or twice, or if the list is empty', () => {
    const fields = (given: unknown) => () => start({ accessLog: { fields: given as never } })
    expect(fields(['method', 'user'])).toThrow(
      /accessLog.fields has "user". Expected one of: request/,
    )
    expect(fields(['method', 'method'])).toThrow(/accessLog.fields has "method" twice/)
    expect(fields([])).toThrow(/accessLog.fields must be a list of names/)
    expect(() => start({ accessLog: { field: [] } as never })).toThrow(/Did you mean "fields"/)
  })
})
