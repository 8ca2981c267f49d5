import { expect, test } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { createToken } from '../auth/jwt/create-token.ts'
import { jwt } from '../auth/jwt/jwt.ts'
import { apiKey } from '../auth/schemes/api-key.ts'
import { basic } from '../auth/schemes/basic.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { client } from './client.ts'
import type { ClientOptions } from './client-options.types.ts'

const secret = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'
const main = router('')
const spec = { response: z.string() }
const routes = {
  byBasic: main.get(
    '/basic',
    { ...spec, dependencies: { sent: basic({ realm: 'r' }) } },
    ({ sent }) => `${sent.username} ${sent.password}`,
  ),
  byHeader: main.get(
    '/header',
    { ...spec, dependencies: { key: apiKey('x-key') } },
    ({ key }) => key,
  ),
  byQuery: main.get(
    '/query',
    {
      ...spec,
      query: z.object({ q: z.string().optional() }),
      dependencies: { key: apiKey('key', { in: 'query' }) },
    },
    ({ key, query }) => `${key} ${query.q ?? ''}`,
  ),
  byToken: main.get(
    '/token',
    { ...spec, dependencies: { user: jwt({ secret, scheme: 'Token' }) } },
    ({ user }) => user.id,
  ),
}
const api = app({ title: 'Keys', routes: { routes }, log: createLogger({ level: 'silent' }) })
const make = (options: ClientOptions) =>
  client<typeof api>('http://localhost', { fetch: (request) => api.fetch(request), ...options })

test('a client sends a user name and a password in UTF-8', async () => {
  const c = make({ basic: { username: 'ünal', password: 'pass:wörd€' } })
  expect(await c.get('/basic')).toBe('ünal pass:wörd€')
  await expect(make({ basic: { username: 'a:b', password: '' } }).get('/basic')).rejects.toThrow(
    'cannot contain a colon',
  )
})

test('a client sends an API key in a header or in the query, beside its other parameters', async () => {
  expect(await make({ apiKey: { name: 'x-key', value: 'k-1' } }).get('/header')).toBe('k-1')
  const c = make({ apiKey: { name: 'key', value: 'a&b=c', in: 'query' } })
  expect(await c.get('/query', { query: { q: 'x' } })).toBe('a&b=c x')
  expect(await c.get('/query')).toBe('a&b=c ')
  const broken = make({ apiKey: { name: 'x-key', value: 'k\n1' } })
  const error = await broken.get('/header').catch((thrown: Error) => thrown)
  expect((error as Error).message).toBe('The API key has invalid characters')
})

test('a client sends its token with the scheme of the service', async () => {
  const token = await createToken(secret, { sub: 'ann' })
  expect(await make({ token, scheme: 'Token' }).get('/token')).toBe('ann')
  expect(await make({ token }).try.get('/token')).toMatchObject({ ok: false, status: 401 })
})

test('a client with two credentials for one header is refused', () => {
  const both = { token: 'x', basic: { username: 'a', password: 'b' } }
  // @ts-expect-error Types of property 'token' are incompatible
  expect(() => make(both)).toThrow('Set token or basic')
  expect(() => make({ scheme: 'Token' })).toThrow('there is no token')
})
