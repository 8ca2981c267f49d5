import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type ResponseBodies, findDifferences } from './check-responses.ts'
import type { Expectation } from './expectations.ts'
import type { JobRequest } from './jobs.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

/** Starts a fake contender with these responses. */
async function contender(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const saying = (body: unknown, status = 200): Promise<string> =>
  contender((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })

const request: JobRequest = { method: 'GET', path: '/api/tasks', authorization: 'Bearer x' }
const list: Expectation = { what: 'the list', request, status: 200, same: true }

async function compare(first: unknown, second: unknown, expectation = list): Promise<string[]> {
  const bodies: ResponseBodies = new Map()
  for (const [title, body] of Object.entries({ first, second })) {
    const problems = await findDifferences({ title, origin: await saying(body), bodies }, [
      expectation,
    ])
    if (title === 'second') return problems
    expect(problems).toEqual([])
  }
  return []
}

test('responses that differ only in key order and time format are accepted', async () => {
  const problems = await compare(
    [{ id: 1, createdAt: '2026-01-02T03:04:05.000Z' }],
    [{ createdAt: '2026-01-02T03:04:05+00:00', id: 1 }],
  )
  expect(problems).toEqual([])
})

test.each([
  ['a missing row', []],
  ['another value', [{ id: 2, note: null }]],
  ['an extra field', [{ id: 1, note: null, secret: 'x' }]],
  ['a missing field', [{ id: 1 }]],
  ['an empty string for null', [{ id: 1, note: '' }]],
])('a response with %s is refused', async (_what, body) => {
  expect(await compare([{ id: 1, note: null }], body)).toEqual([
    expect.stringMatching(/^second: the list differs from the first contender's body/),
  ])
})

test('a response to a request without a token is refused, whatever its body', async () => {
  const denied: Expectation = { what: 'a list with no token', request, status: 401 }
  const examined = { title: 'open door', origin: await saying([]), bodies: new Map() }
  expect(await findDifferences(examined, [denied])).toEqual([
    expect.stringMatching(/^open door: a list with no token the status was 200, not 401/),
  ])
})

test('fields that always differ may differ, but must have the right type', async () => {
  const created: Expectation = { ...list, varies: { id: /^[a-f]+$/ } }
  expect(await compare({ id: 'abc', title: 'x' }, { title: 'x', id: 'def' }, created)).toEqual([])
  expect(await compare({ id: 'abc', title: 'x' }, { id: 'abc', title: 'y' }, created)).toHaveLength(
    1,
  )
  expect(await compare({ id: 'abc', title: 'x' }, { id: 'XYZ', title: 'x' }, created)).toEqual([
    expect.stringContaining('is not JSON of the expected form'),
  ])
})

test('the method, the token and the body of the job are sent', async () => {
  const seen: string[] = []
  const origin = await contender((incoming, response) => {
    let text = ''
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    incoming.on('end', () => {
      seen.push(
        `${incoming.method} ${incoming.headers.authorization} ${incoming.headers['content-type']} ${text}`,
      )
      response.writeHead(201).end('{}')
    })
  })
  const post: JobRequest = { ...request, method: 'POST', body: '{"a":1}' }
  const examined = { title: 'x', origin, bodies: new Map() }
  expect(await findDifferences(examined, [{ what: 'x', request: post, status: 201 }])).toEqual([])
  expect(seen).toEqual(['POST Bearer x application/json {"a":1}'])
})
