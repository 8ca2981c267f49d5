import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { client } from './client.ts'
import type { Api } from './client.fixture.ts'

/** Starts a server that closes at the end of the block. */
async function startServer(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describe('an empty list of an `.in` filter', () => {
  it.each([
    ['query', { query: { 'id.in': [] } }],
    ['query', { query: { 'id.in': new Set<number>() } }],
    ['search', { search: { 'id.in': [] } }],
  ])('is rejected in %s, because leaving it out would request all rows', async (_, args) => {
    const fetch = vi.fn<() => Response>(() => Response.json({}))
    const c = client<Api>('http://test', { fetch })
    const wrong = 'GET /wire/query: "id.in" is an empty list, which a URL cannot express'
    await expect(c.get('/wire/query', args as object)).rejects.toThrow(wrong)
    await expect(c.try.get('/wire/query', args as object)).rejects.toThrow(TypeError)
    expect(fetch).not.toHaveBeenCalled()
  })
})

it('a redirect is not followed, because it would send the headers of a call to another server', async () => {
  const received: IncomingMessage[] = []
  await using other = await startServer((request, response) => {
    received.push(request)
    response.end('taken')
  })
  await using here = await startServer((_, response) =>
    response.writeHead(307, { location: other.url }).end(),
  )
  const c = client<Api>(here.url, { token: 'x', headers: { 'x-api-key': 'canary' } })
  expect(await c.try.get('/wire/plain')).toMatchObject({
    ok: false,
    status: 307,
    problem: { code: 'HTTP_307' },
  })
  expect(received).toEqual([])
})

it.each(['{"n":1}\n{"n":2', '{"n":1}\n{"n":2}', '{"n":1}\n12'])(
  'a stream of JSON lines that ends in the middle of a line is an error: %j',
  async (text) => {
    const headers = { 'content-type': 'application/jsonl' }
    const c = client<Api>('http://test', { fetch: () => new Response(text, { headers }) })
    const seen: unknown[] = []
    const read = async (): Promise<void> => {
      for await (const value of await c.get('/streams/lines')) seen.push(value)
    }
    await expect(read()).rejects.toMatchObject({ problem: { code: 'CLIENT_UNREACHABLE' } })
    expect(seen).toEqual([{ n: 1 }])
  },
)

it('an error of the token function is thrown unchanged, also by `try`', async () => {
  const token = (): string => {
    throw new RangeError('signed out')
  }
  const c = client<Api>('http://test', { token, fetch: () => Response.json({}) })
  await expect(c.get('/wire/plain')).rejects.toThrow(RangeError)
  await expect(c.try.get('/wire/plain')).rejects.toThrow(RangeError)
})
