import { describe, expect, it } from 'vitest'
import { createToken } from 'plinth'
import { env } from '../src/env.ts'
import { unknownId, useTestApi } from './test-api.ts'

const { app, call, tokenOf } = await useTestApi()

const send = async (path: string, init: RequestInit & { token?: string } = {}) => {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${init.token ?? (await tokenOf('ann'))}`)
  return app.fetch(new Request(`http://localhost${path}`, { ...init, headers }))
}

describe('GET /api/me', () => {
  it('returns the caller', async () => {
    expect((await call('ann', 'GET', '/api/me')).body).toEqual({
      id: 'ann',
      email: null,
      name: null,
    })
    const token = await createToken(env.BETTER_AUTH_SECRET, {
      sub: 'ann',
      email: 'ann@example.com',
      name: 'Ann',
    })
    const answer = await send('/api/me', { token })
    expect(await answer.json()).toEqual({ id: 'ann', email: 'ann@example.com', name: 'Ann' })
  })

  it('refuses a token signed with another secret', async () => {
    const token = await createToken('vQ7n2kXe9LpT4mZ0sB6yRcJ1wHfUdGa3', { sub: 'ann' })
    const answer = await send('/api/me', { token })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  it('challenges with plain Bearer if there was no token', async () => {
    const answer = await call(null, 'GET', '/api/me')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })
})

describe('/health', () => {
  it('is live without authentication', async () => {
    const answer = await call(null, 'GET', '/health/live')
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }])
  })
})

describe('a request without a matching route', () => {
  it.each([
    ['/', 404],
    ['/api', 404],
    ['/api/task', 404],
    ['/api/tasks/', 404],
    ['//api/tasks', 404],
    ['/API/TASKS', 404],
    [`/api/tasks/${unknownId}/complete/x`, 404],
    [`/api/projects/${unknownId}`, 404],
    ['/api/tasks/%00', 400],
    ['/api/tasks/%E0%A4%A', 400],
    ['/api/tasks/..%2f..%2fetc', 422],
    ['/api/tasks/x', 422],
  ])('GET %s returns %i', async (path, status) => {
    const answer = await call('ann', 'GET', path)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ status, code: expect.stringMatching(/^PLINTH_/) })
    expect(answer.headers.get('x-request-id')).toBe(answer.body.requestId)
  })

  it.each([
    ['PUT', '/api/tasks', 'GET, HEAD, POST'],
    ['DELETE', '/api/tasks', 'GET, HEAD, POST'],
    ['POST', `/api/tasks/${unknownId}`, 'DELETE, GET, HEAD, PATCH'],
    ['PUT', `/api/projects/${unknownId}`, 'DELETE, GET, HEAD, PATCH'],
    ['GET', `/api/tags/${unknownId}`, 'DELETE, PATCH'],
    ['GET', `/api/tasks/${unknownId}/complete`, 'POST'],
    ['POST', '/api/me', 'GET, HEAD'],
    ['PROPFIND', '/api/me', 'GET, HEAD'],
  ])('%s %s returns 405', async (method, path, allow) => {
    const answer = await call('ann', method, path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    expect(answer.body.code).toBe('PLINTH_METHOD_NOT_ALLOWED')
  })
})

describe('HEAD', () => {
  it('has the headers of GET and no body', async () => {
    const { id } = (await call('ann', 'POST', '/api/tasks', { title: 'x' })).body
    for (const path of ['/api/tasks', `/api/tasks/${id}`, '/api/me', `/api/tasks/${unknownId}`]) {
      const [get, head] = [await call('ann', 'GET', path), await call('ann', 'HEAD', path)]
      expect([path, head.status, head.text]).toEqual([path, get.status, ''])
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)))
    }
  })
})

describe('a body', () => {
  it.each([
    ['text/plain', '{"name":"x"}', 415],
    ['application/x-www-form-urlencoded', 'name=x', 415],
    ['application/json; charset=utf-16', '{"name":"x"}', 415],
    ['application/json', '{"name":', 400],
    ['application/json', '', 422],
    ['application/json', '{"name":"\\ud800"}', 400],
    ['application/json', '{"__proto__":{"x":1},"name":"x"}', 400],
    ['application/json', '{"name":"a\\u0000b"}', 422],
    ['application/json', `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400],
    ['application/json', `{"name":"${'x'.repeat(1_100_000)}"}`, 413],
  ])('as %s, %.40s, returns %i', async (type, body, status) => {
    const answer = await send('/api/projects', {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
    expect(answer.status, await answer.text()).toBe(status)
    expect((await call('ann', 'GET', '/api/projects')).body).toEqual([])
  })

  it('is accepted as application/json in UTF-8, and as a +json type', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/merge-patch+json']) {
      const answer = await send('/api/projects', {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"name":"Zürich"}',
      })
      expect(await answer.json()).toMatchObject({ name: 'Zürich' })
    }
  })
})
