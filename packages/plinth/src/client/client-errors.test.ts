import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { client, ClientError } from './client.ts'
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

describe('the body of an error that is not a problem document', () => {
  const failure = async (body: string | null, type: string | null) => {
    const headers: Record<string, string> = type === null ? {} : { 'content-type': type }
    const c = client<Api>('http://test', {
      fetch: () => new Response(body, { status: 403, headers }),
    })
    const thrown = await c.get('/wire/plain').catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ClientError)
    const settled = await c.try.get('/wire/plain')
    expect(settled).toMatchObject({ ok: false, status: 403, problem: { code: 'HTTP_403' } })
    expect(settled).toHaveProperty('body', (thrown as ClientError).body)
    return (thrown as ClientError).body
  }

  it.each<[string, string, unknown]>([
    ['{"detail":"no"}', 'application/json', { detail: 'no' }],
    ['["no"]', 'Application/JSON; charset=utf-8', ['no']],
    ['{"errors":[]}', 'application/vnd.api+json', { errors: [] }],
    ['<h1>no</h1>', 'text/html; charset=utf-8', '<h1>no</h1>'],
    ['no', 'text/plain', 'no'],
    ['<no', 'application/json', '<no'],
    ['', 'text/plain', ''],
  ])('is kept: %s as %s', async (body, type, kept) => {
    expect(await failure(body, type)).toEqual(kept)
  })

  it.each([
    ['bytes', 'image/png'],
    ['bytes', null],
    [null, null],
  ])('is undefined if it is neither JSON nor text: %s as %s', async (body, type) => {
    const given = type === null && body !== null ? 'application/octet-stream' : type
    expect(await failure(body, given)).toBeUndefined()
  })

  it('is the problem, if it is one', async () => {
    const headers = { 'content-type': 'application/problem+json' }
    const fetch = () => new Response('{"code":"X","limit":3}', { status: 402, headers })
    const settled = await client<Api>('http://test', { fetch }).try.get('/wire/plain')
    expect(settled).toMatchObject({ problem: { code: 'X' }, body: { code: 'X', limit: 3 } })
  })
})

it('the message of a failed call names the first fields that are wrong', async () => {
  const issue = (path: (string | number)[]) => ({
    in: 'body',
    path,
    message: 'Required',
    code: 'x',
  })
  const problem = (count: number) => ({
    status: 422,
    code: 'PLINTH_VALIDATION_FAILED',
    detail: `${count} values are invalid`,
    errors: [['title'], ['tags', 0], [], ['a'], ['b']].slice(0, count).map(issue),
  })
  const message = async (count: number) => {
    const headers = { 'content-type': 'application/problem+json' }
    const fetch = () => new Response(JSON.stringify(problem(count)), { status: 422, headers })
    const error: unknown = await client<Api>('http://test', { fetch })
      .get('/wire/plain')
      .catch((e) => e)
    return (error as Error).message
  }
  expect(await message(2)).toBe(
    'GET /wire/plain: 422 PLINTH_VALIDATION_FAILED, 2 values are invalid: body title: Required; body tags 0: Required',
  )
  expect(await message(5)).toMatch(
    /: body title: Required; body tags 0: Required; body: Required \(2 more\)$/,
  )
  expect(await message(0)).toMatch(/0 values are invalid$/)
})
