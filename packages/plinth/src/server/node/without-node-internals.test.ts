// The tests of the server once more, on a Node without the private parts that Plinth uses. The import order matters.
import '../../../test/support/without-node-internals.ts'
import { expect, it } from 'vitest'
import { start, hello } from '../serve.fixture.ts'
import { respondLazily } from '../../http/respond-lazily.ts'
import { TextResponse } from '../../http/text-response.ts'
import { canStoreHead } from './store-head.ts'
import '../node-request.test.ts'
import '../guarded-response.test.ts'
import '../web-request.test.ts'

it('without the private parts of node:http, the server says once that it uses the public API', async () => {
  expect(canStoreHead).toBe(false)
  const parts = { type: undefined, requestId: 'r', body: 'text', own: [] }
  const responder = { [respondLazily]: () => new TextResponse(200, {}, parts) }
  const { server, lines } = await start(hello, {}, responder)
  expect(await (await fetch(server.url)).text()).toBe('text')
  expect(await (await fetch(server.url)).text()).toBe('text')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    msg: 'node:http is not as expected: falling back to the public API; responses cost more CPU',
  })
})
