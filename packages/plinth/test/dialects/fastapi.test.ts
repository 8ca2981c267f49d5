// A service that speaks the wire format of FastAPI's full-stack template, compared to the byte.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve, type Database, type ServerHandle } from 'plinth'
import { client } from 'plinth/client'
import { conformance, testApp, testDatabase } from 'plinth/testing'
import { fastapiService, Item } from './fastapi-service.ts'

type Service = ReturnType<typeof fastapiService>

let db: Database
let api: Service
let server: ServerHandle
beforeAll(async () => {
  db = await testDatabase({ models: { Item } })
  api = fastapiService(db)
  server = await serve(api, { port: 0, hostname: '127.0.0.1' })
})
afterAll(async () => {
  await server?.close()
  await db?.close()
})

const json = { 'content-type': 'application/json' }
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
let bearer: Record<string, string> = {}

/** Sends a request, and returns the status and the body as they were sent. */
async function sent(method: string, path: string, init: RequestInit = {}): Promise<string> {
  const url = `http://127.0.0.1:${server.port}${path}`
  const headers = { ...bearer, ...(init.body ? json : {}), ...(init.headers as object) }
  const response = await fetch(url, { redirect: 'manual', ...init, method, headers })
  return `${response.status} ${await response.text()}`
}

it('logs in with a form, unknown fields and all, and says who cannot', async () => {
  const path = '/api/v1/login/access-token'
  const login = (body: string) => sent('POST', path, { body, headers: formType })
  expect(await login('username=ann&password=wrong')).toBe(
    '400 {"detail":"Incorrect email or password"}',
  )
  expect(await login('username=ann')).toBe(
    '422 {"detail":[{"type":"invalid_type","loc":["body","password"],"msg":"Invalid input: expected string, received undefined"}]}',
  )
  const text = await login('grant_type=password&username=ann&password=ann-password&scope=&extra=1')
  expect(text).toMatch(/^200 \{"access_token":"[^"]+","token_type":"bearer"\}$/)
  const { access_token: token } = JSON.parse(text.slice(4)) as { access_token: string }
  bearer = { authorization: `Bearer ${token}` }
})

it('lists, creates, changes and deletes rows, whose ids the database counts', async () => {
  const items = '/api/v1/items/'
  expect(await sent('GET', items)).toBe('200 {"data":[],"count":0}')
  const first = '{"id":1,"title":"One","description":null,"owner_id":"ann"}'
  expect(await sent('POST', items, { body: '{"title":"One","unknown":{"a":1}}' })).toBe(
    `200 ${first}`,
  )
  const second = '{"id":2,"title":"Two","description":"d","owner_id":"ann"}'
  const body = '{"title":"Two","description":"d"}'
  expect(await sent('POST', items, { body })).toBe(`200 ${second}`)
  expect(await sent('GET', `${items}?skip=1&limit=1&unknown=1`)).toBe(
    `200 {"data":[${second}],"count":2}`,
  )
  expect(await sent('GET', '/api/v1/items/1')).toBe(`200 ${first}`)
  const changed = '{"id":1,"title":"New","description":null,"owner_id":"ann"}'
  expect(await sent('PUT', '/api/v1/items/1', { body: '{"title":"New"}' })).toBe(`200 ${changed}`)
  expect(await sent('DELETE', '/api/v1/items/2')).toBe(
    '200 {"message":"Item deleted successfully"}',
  )
  expect(await sent('GET', items)).toBe(`200 {"data":[${changed}],"count":1}`)
})

describe('an error has the format of FastAPI', () => {
  const long = JSON.stringify({ title: 'x'.repeat(20_000) })
  it.each<[string, string, string, RequestInit, string]>([
    ['no row', 'GET', '/api/v1/items/99', {}, '404 {"detail":"Item not found"}'],
    ['no route', 'GET', '/api/v1/nothing', {}, '404 {"detail":"Not Found"}'],
    ['another method', 'PATCH', '/api/v1/items/1', {}, '405 {"detail":"Method Not Allowed"}'],
    [
      'no token',
      'GET',
      '/api/v1/items/1',
      { headers: { authorization: '' } },
      '401 {"detail":"Not authenticated"}',
    ],
    [
      'an invalid token',
      'GET',
      '/api/v1/items/1',
      { headers: { authorization: 'Bearer no.to.ken' } },
      '401 {"detail":"Could not validate credentials"}',
    ],
    [
      'an id that is not a number',
      'GET',
      '/api/v1/items/first',
      {},
      '422 {"detail":[{"type":"invalid_format","loc":["path","id"],"msg":"Invalid input: expected a number"}]}',
    ],
    [
      'a body with mistakes',
      'POST',
      '/api/v1/items/',
      { body: '{"title":""}' },
      '422 {"detail":[{"type":"too_small","loc":["body","title"],"msg":"Too small: expected string to have >=1 characters"}]}',
    ],
    ['a body that is not JSON', 'POST', '/api/v1/items/', { body: '{' }, '400 {"detail":'],
    ['a body that is too long', 'POST', '/api/v1/items/', { body: long }, '413 {"detail":'],
    [
      'another content type',
      'POST',
      '/api/v1/items/',
      { body: 'title: One', headers: { 'content-type': 'text/yaml' } },
      '415 {"detail":',
    ],
  ])('for %s', async (_, method, path, init, expected) => {
    const text = await sent(method, path, init)
    expect(text.startsWith(expected), text).toBe(true)
    expect(Object.keys(JSON.parse(text.slice(4)) as object)).toEqual(['detail'])
  })

  it('for a request that is not HTTP', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.setEncoding('utf8').write('nonsense\r\n\r\n')
    let text = ''
    for await (const part of socket) text += String(part)
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(text).toMatch(/content-type: application\/json\r\n/i)
    expect(text).toMatch(/\r\n\r\n\{"detail":"[^"]+"\}$/)
  })
})

it('redirects to the path with the slash that the route has', async () => {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/items?limit=1`, {
    headers: bearer,
    redirect: 'manual',
  })
  expect(response.status).toBe(307)
  expect(response.headers.get('location')).toBe('/api/v1/items/?limit=1')
})

describe('its OpenAPI document', () => {
  it('has operation ids with the names of their modules', () => {
    const ids = Object.values(api.openapi().paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId?: string }>).map(
        ({ operationId }) => operationId,
      ),
    )
    expect(ids.toSorted()).toEqual([
      'items-create_item',
      'items-delete_item',
      'items-read_item',
      'items-read_items',
      'items-update_item',
      'login-access_token',
    ])
  })

  it('tells the truth: conformance() finds nothing', async () => {
    await using test = testApp(api)
    const { findings, unproven } = await conformance(test, {
      headers: bearer,
      runs: 5,
      values: { id: [1], username: ['ann'], password: ['ann-password'] },
    })
    expect(
      findings.map((f) => `${f.kind} ${f.operationId} ${f.case} ${f.detail}`.slice(0, 160)),
    ).toEqual([])
    expect(unproven).toEqual([])
  })
})

it('the typed client gives the errors in the format of FastAPI', async () => {
  const c = client<Service>(`http://127.0.0.1:${server.port}`, { headers: bearer })
  const page = await c.get('/api/v1/items/', { query: { limit: 1 } })
  expect(page.data.map(({ owner_id: ownerId }) => ownerId)).toEqual(['ann'])
  const result = await c.try.get('/api/v1/items/:id', { params: { id: 99 } })
  expect(result.ok ? undefined : result.body).toEqual({ detail: 'Item not found' })
})
