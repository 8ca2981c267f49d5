import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { client } from './client.ts'
import type { Api } from './client.fixture.ts'

/** A server until the end of the block. */
async function serverOf(answer: RequestListener) {
  const server = createServer(answer)
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

describe('an empty list of those that are wanted', () => {
  it.each([
    ['query', { query: { 'id.in': [] } }],
    ['query', { query: { 'id.in': new Set<number>() } }],
    ['search', { search: { 'id.in': [] } }],
  ])('is not left out, which would ask for all, but refused: in %s', async (_, args) => {
    const fetch = vi.fn<() => Response>(() => Response.json({}))
    const c = client<Api>('http://test', { fetch })
    const wrong = 'GET /wire/query: "id.in" is an empty list, which no URL can say'
    await expect(c.get('/wire/query', args as object)).rejects.toThrow(wrong)
    await expect(c.try.get('/wire/query', args as object)).rejects.toThrow(TypeError)
    expect(fetch).not.toHaveBeenCalled()
  })
})

it('a redirect is not followed: it would take the headers of a call to another server', async () => {
  const there: IncomingMessage[] = []
  await using other = await serverOf((request, response) => {
    there.push(request)
    response.end('taken')
  })
  await using here = await serverOf((_, response) =>
    response.writeHead(307, { location: other.url }).end(),
  )
  const c = client<Api>(here.url, { token: 'x', headers: { 'x-api-key': 'canary' } })
  expect(await c.try.get('/wire/plain')).toMatchObject({
    ok: false,
    status: 307,
    problem: { code: 'HTTP_307' },
  })
  expect(there).toEqual([])
})

it.each(['{"n":1}\n{"n":2', '{"n":1}\n{"n":2}', '{"n":1}\n12'])(
  'lines that end within a line, %j, are not taken for all that there are',
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

it('what the token function throws is thrown as it is, by both kinds of call', async () => {
  const token = (): string => {
    throw new RangeError('signed out')
  }
  const c = client<Api>('http://test', { token, fetch: () => Response.json({}) })
  await expect(c.get('/wire/plain')).rejects.toThrow(RangeError)
  await expect(c.try.get('/wire/plain')).rejects.toThrow(RangeError)
})
