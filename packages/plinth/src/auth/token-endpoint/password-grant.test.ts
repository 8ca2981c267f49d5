import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import type { AppOptions } from '../../app/app.types.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import { conformance } from '../../testing/conformance/conformance.ts'
import { passwordForm } from '../schemes/password-form.ts'
import { passwordGrant } from './password-grant.ts'
import { tokenError } from './token-error.ts'

const log = createLogger({ level: 'silent' })
const users = dependency(() => new Map([['ünal', 'pass:wörd']]))

/** The app with a token endpoint, and functions that ask it. */
function makeApi(options: Omit<Partial<AppOptions<object>>, 'routes'> = {}) {
  const main = router('/auth')
  const token = main.post(
    '/token',
    ...passwordGrant({ users }, async ({ grant, users, requestId }) => {
      const { username, password, scopes, client } = grant
      if (client?.id === 'banned') throw tokenError('unauthorized_client', 'Not "this" client')
      if (users.get(username) !== password) return null
      return {
        accessToken: JSON.stringify([username, scopes, client, requestId !== '']),
        expiresIn: 900,
        scopes: ['a'],
      }
    }),
  )
  const api = app({ title: 'Login', routes: { main: { token } }, log, ...options })
  const ask = async (
    fields: Record<string, string> | string,
    headers: Record<string, string> = {},
  ) => {
    const response = await api.fetch(
      new Request('http://localhost/auth/token', {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    )
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body }
  }
  return { api, ask }
}
const { api, ask } = makeApi()

const right = { grant_type: 'password', username: 'ünal', password: 'pass:wörd' }
const basic = (text: string) => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
})

describe('a token endpoint', () => {
  test('gives a token that no cache keeps', async () => {
    const { status, headers, body } = await ask({ ...right, scope: 'tasks:read  b tasks:read' })
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: JSON.stringify(['ünal', ['tasks:read', 'b'], null, true]),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'a',
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('ignores unknown fields, and knows the client of the form or of a Basic header', async () => {
    const clientOf = async (fields: Record<string, string>, headers?: Record<string, string>) => {
      const { body } = await ask({ ...right, ...fields }, headers)
      return (JSON.parse(body['access_token'] as string) as unknown[])[2]
    }
    expect(await clientOf({ unknown: 'x', resource: 'y' })).toBeNull()
    expect(await clientOf({ client_id: 'web', client_secret: 's' })).toEqual({
      id: 'web',
      secret: 's',
    })
    expect(await clientOf({ client_id: '' })).toBeNull()
    expect(await clientOf({}, basic(':'))).toBeNull()
    expect(await clientOf({}, basic('my%20app:s%3Ac'))).toEqual({ id: 'my app', secret: 's:c' })
    expect(await clientOf({ client_id: 'web' }, basic('web:'))).toEqual({ id: 'web', secret: null })
  })

  test.each([
    ['no grant type', { username: 'a', password: 'b' }, 400, 'invalid_request'],
    [
      'another grant type',
      { ...right, grant_type: 'refresh_token' },
      400,
      'unsupported_grant_type',
    ],
    ['no password', { grant_type: 'password', username: 'a' }, 400, 'invalid_request'],
    ['a wrong password', { ...right, password: 'x' }, 400, 'invalid_grant'],
    ['a wrong user', { ...right, username: 'bob' }, 400, 'invalid_grant'],
    ['a scope with quotes', { ...right, scope: 'a"b' }, 400, 'invalid_scope'],
    ['an error of its own', { ...right, client_id: 'banned' }, 400, 'unauthorized_client'],
  ])('a request with %s has the error of RFC 6749', async (_, fields, status, error) => {
    const response = await ask(fields)
    expect(response.status).toBe(status)
    expect(response.body).toEqual({ error, error_description: expect.any(String) as string })
    expect(response.body['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('refuses a malformed client header with 401 and a challenge, and two clients with 400', async () => {
    const malformed = await ask(right, { authorization: 'Basic %%%' })
    expect(malformed).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(malformed.headers.get('www-authenticate')).toContain('Basic')
    expect(await ask({ ...right, client_id: 'web' }, basic('other:'))).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    })
  })

  test('keeps the format of the RFC in an app with another format of errors', async () => {
    const problems = {
      schema: z.object({ detail: z.string() }),
      write: ({ detail }: { detail: string }) => ({ detail }),
    }
    const other = makeApi({ problems })
    expect((await other.ask({ grant_type: 'x' })).body).toMatchObject({
      error: 'unsupported_grant_type',
    })
    const content = other.api.openapi().paths['/auth/token']?.['post']?.responses['400']
    expect(Object.keys((content as { content: object }).content)).toEqual(['application/json'])
  })

  test('documents its form, its token and its errors, and sends nothing else', async () => {
    const operation = api.openapi().paths['/auth/token']?.['post']
    expect(Object.keys(operation?.requestBody?.content ?? {})).toContain(
      'application/x-www-form-urlencoded',
    )
    expect(operation?.security).toEqual([])
    expect(operation?.responses['400']).toMatchObject({
      content: {
        'application/json': {
          schema: { properties: { error: { enum: expect.anything() as [] } } },
        },
        'application/problem+json': {},
      },
    })
    const report = await conformance(api, {
      seed: 1,
      values: { username: ['ünal'], password: ['pass:wörd'] },
    })
    expect(report.findings).toEqual([])
  })
})

test('passwordForm ignores unknown fields, and fills in what clients leave out', async () => {
  const body = new URLSearchParams({ username: 'a', password: 'b', extra: 'c' })
  const login = router('/auth').post('/login', { body: passwordForm() }, (context) => context.body)
  const other = app({ title: 'Login', routes: { main: { login } }, log })
  const response = await other.fetch(
    new Request('http://localhost/auth/login', { method: 'POST', body }),
  )
  expect(await response.json()).toEqual({
    grant_type: 'password',
    username: 'a',
    password: 'b',
    scope: '',
  })
})
