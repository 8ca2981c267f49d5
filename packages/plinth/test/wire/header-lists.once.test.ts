import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { client } from '../../src/client/client.ts'
import {
  app,
  cookie,
  createLogger,
  dependency,
  header,
  query,
  router,
  serve,
} from '../../src/index.ts'
import { conformance } from '../../src/testing/index.ts'

const lists = dependency(
  {
    tags: header(z.array(z.string()).optional(), { name: 'x-tag' }),
    ids: header(z.array(z.int()).optional(), { name: 'x-id' }),
    kinds: header(z.set(z.enum(['a', 'b'])).optional(), { name: 'x-kind' }),
    one: header(z.string().optional(), { name: 'x-one' }),
    baked: cookie(z.array(z.int()).optional()),
    asked: query(z.array(z.int()).optional()),
  },
  ({ kinds, ...rest }) => ({ ...rest, ...(kinds && { kinds: [...kinds] }) }),
)
const api = app({
  title: 'Lists',
  log: createLogger({ level: 'silent' }),
  routes: {
    lists: { read: router('', { dependencies: { lists } }).get('/', {}, ({ lists }) => lists) },
  },
})

const ask = async (headers: [string, string][], search = ''): Promise<unknown> =>
  (await api.fetch(new Request(`http://test/${search}`, { headers }))).json()

it.each([
  [
    [
      ['x-tag', 'foo'],
      ['x-tag', 'bar'],
    ],
    { tags: ['foo', 'bar'] },
  ],
  [
    [
      ['x-tag', 'foo,bar'],
      ['X-Tag', 'c'],
    ],
    { tags: ['foo', 'bar', 'c'] },
  ],
  [[['x-tag', 'foo']], { tags: ['foo'] }],
  [[['x-tag', '']], { tags: [] }],
  [
    [
      ['x-id', '1, 2'],
      ['x-id', '3'],
    ],
    { ids: [1, 2, 3] },
  ],
  [[['x-kind', 'a, b, a']], { kinds: ['a', 'b'] }],
  [
    [
      ['x-one', 'foo'],
      ['x-one', 'bar'],
    ],
    { one: 'foo, bar' },
  ],
  [[['cookie', 'baked=1; baked=2']], { baked: [1, 2] }],
] as [[string, string][], object][])('a list is read from headers: %j', async (headers, got) => {
  expect(await ask(headers)).toEqual(got)
})

it('a list is read from a query by its name, not by commas', async () => {
  expect(await ask([], '?asked=1&asked=2')).toEqual({ asked: [1, 2] })
  expect(await ask([], '?asked=1,2')).toMatchObject({ errors: [{ path: ['asked', 0] }] })
})

it('an invalid item of a header is named', async () => {
  expect(await ask([['x-id', '1, x']])).toMatchObject({
    errors: [{ in: 'header', path: ['x-id', 1] }],
  })
})

it('a list is read from headers over a socket, and sent by the client', async () => {
  const server = await serve(api, { port: 0, signals: false })
  const { port } = new URL(server.url)
  const socket = connect(Number(port), 'localhost')
  socket.end('GET / HTTP/1.1\r\nHost: a\r\nX-Tag: a\r\nx-tag: b, c\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toContain('{"tags":["a","b","c"]}')
  const caller = client<typeof api>(server.url)
  const headers = { 'x-tag': ['a', 'b'], 'x-id': [1, 2], 'x-one': 'a, b' }
  expect(await caller.get('/', { headers })).toEqual({ tags: ['a', 'b'], ids: [1, 2], one: 'a, b' })
  await server.close()
})

it('conformance() sends lists, and finds nothing', async () => {
  expect((await conformance(api, { seed: 3 })).findings).toEqual([])
})
