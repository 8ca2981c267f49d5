// Runs the server's tests once more, on a Node without the private parts that Plinth uses.
import { afterAll, expect, it } from 'vitest'

// Before everything that loads the server.
const { restoreNodeInternals } = await import('../../../test/support/without-node-internals.ts')
afterAll(restoreNodeInternals)
const { start, hello } = await import('../serve.fixture.ts')
const { internals } = await import('../../http/internals.ts')
const { TextResponse } = await import('../../http/text-response.ts')
const { canStoreHead } = await import('./store-head.ts')
await import('../node-request.test.ts')
await import('../guarded-response.test.ts')
await import('../web-request.test.ts')

it('without the private parts of node:http, the server logs once that it uses the public API', async () => {
  expect(canStoreHead).toBe(false)
  const parts = { type: undefined, requestId: 'r', body: 'text', own: [] }
  const responder = { [internals]: { respond: () => new TextResponse(200, {}, parts) } }
  const { server, lines } = await start(hello, {}, responder)
  expect(await (await fetch(server.url)).text()).toBe('text')
  expect(await (await fetch(server.url)).text()).toBe('text')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'info',
    msg: 'unknown internals of node:http: falling back to the public API; responses cost more CPU',
  })
})
