import { expect, it } from 'vitest'
import * as z from 'zod'
import { createLogger } from '../logging/logger.ts'
import { dependency } from '../dependencies/dependency.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'
import type { AppOptions, Mounts } from './app.types.ts'

/** An app with these mounts, and the lines of its log. */
function withMounts(mount: Mounts, options: Partial<AppOptions<Record<string, object>>> = {}) {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): unknown => lines.push(JSON.parse(line) as Record<string, unknown>)
  const log = createLogger({ level: 'info', format: 'json', destination: { write } })
  const api = app({ title: 'Outer', routes: {}, log, mount, ...options })
  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    api.fetch(new Request(`http://test${path}`, init))
  return { api, ask, lines }
}

const echo = async (request: Request): Promise<Response> =>
  Response.json({
    method: request.method,
    url: request.url,
    body: await request.text(),
    header: request.headers.get('x-own'),
  })

it('a handler gets the whole request, whatever its method, with its URL unchanged', async () => {
  const { ask } = withMounts({ '/legacy': echo })
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    const body = method === 'GET' ? null : 'text'
    const init = { method, body, headers: { 'x-own': 'kept' } }
    const response = await ask('/legacy/a%2Fb?c=%20d', init)
    expect(await response.json()).toEqual({
      method,
      url: 'http://test/legacy/a%2Fb?c=%20d',
      body: body ?? '',
      header: 'kept',
    })
  }
})

it('the prefix is a path of whole segments', async () => {
  const { ask } = withMounts({ '/legacy': echo })
  const statuses = ['/legacy', '/legacy/', '/legacy?x', '/legacy2', '/Legacy', '/x/legacy'].map(
    async (path) => (await ask(path)).status,
  )
  expect(await Promise.all(statuses)).toEqual([200, 200, 200, 404, 404, 404])
})

const routes = router('/api')
const own = {
  me: routes.get('/me', { response: z.string() }, () => 'route'),
  rest: router('').get('/:path*', { response: z.string() }, () => 'catch-all'),
}

it('a route below the prefix wins with all its methods, and other routes do not', async () => {
  const { ask } = withMounts({ '/api': () => new Response('mount') }, { routes: { own } })
  const sent = async (path: string, method = 'GET'): Promise<string> => {
    const response = await ask(path, { method })
    return `${response.status} ${response.ok ? await response.text() : ''}`
  }
  expect(await sent('/api/me')).toBe('200 "route"')
  expect(await sent('/api/me', 'POST')).toBe('405 ')
  expect(await sent('/api/you')).toBe('200 mount')
  expect(await sent('/other')).toBe('200 "catch-all"')
})

it('a mount at "/" gets what no route and no other mount takes', async () => {
  const { ask } = withMounts({ '/': () => new Response('all'), '/api': () => new Response('api') })
  expect(await (await ask('/x/y')).text()).toBe('all')
  expect(await (await ask('/api/y')).text()).toBe('api')
  expect(await (await ask('/health/live')).json()).toEqual({ status: 'ok' })
})

it('a response gets the request id and the security headers that it does not set', async () => {
  const page = new Response('<p>', {
    headers: { 'content-type': 'text/html', 'x-frame-options': 'same-origin' },
  })
  const { ask } = withMounts({
    '/page': () => page.clone(),
    '/bare': { handler: () => page.clone(), securityHeaders: false },
  })
  const guarded = await ask('/page', { headers: { 'x-request-id': 'abcdefgh-1' } })
  expect(guarded.headers.get('x-request-id')).toBe('abcdefgh-1')
  expect(guarded.headers.get('x-frame-options')).toBe('same-origin')
  expect(guarded.headers.get('x-content-type-options')).toBe('nosniff')
  expect(guarded.headers.get('content-security-policy')).toContain("default-src 'self'")
  const bare = await ask('/bare')
  expect(bare.headers.get('content-security-policy')).toBeNull()
  expect(bare.headers.get('x-content-type-options')).toBeNull()
})

it('the cors option covers mounts, and without it the handler decides', async () => {
  const handler = (request: Request): Response =>
    new Response(request.method, { headers: { 'access-control-allow-origin': '*' } })
  const preflight = {
    method: 'OPTIONS',
    headers: { origin: 'https://web.example', 'access-control-request-method': 'PUT' },
  }
  const open = withMounts({ '/x': handler })
  expect(await (await open.ask('/x', preflight)).text()).toBe('OPTIONS')
  const ruled = withMounts({ '/x': handler }, { cors: { origins: ['https://web.example'] } })
  expect((await ruled.ask('/x', preflight)).status).toBe(204)
  const answer = await ruled.ask('/x', { headers: { origin: 'https://web.example' } })
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://web.example')
})

it.each([
  ['throws', () => Promise.reject(new Error('broken inside'))],
  [
    'throws before it returns',
    () => {
      throw new Error('broken inside')
    },
  ],
  ['returns no Response', () => 'text' as unknown as Response],
])('a handler that %s is a 500 without details, and the log has the error', async (_, handler) => {
  const { ask, lines } = withMounts({ '/x': handler })
  const response = await ask('/x')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('broken')
  const line = lines.find(({ level }) => level === 'error')
  expect(JSON.stringify(line)).toMatch(
    /broken inside|mounted at \\"\/x\\" returned a value of type string/,
  )
  expect(lines.at(-1)).toMatchObject({ msg: 'request', status: 500, route: '/x/:path*' })
})

it('a body beyond the limit is a 413, declared or not, whatever the handler makes of it', async () => {
  const swallows = async (request: Request): Promise<Response> => {
    const size = await request.bytes().then(
      (bytes) => bytes.length,
      () => 'an error',
    )
    return new Response(String(size))
  }
  const { ask } = withMounts(
    { '/x': swallows, '/more': { handler: swallows, maxBody: 100 } },
    { limits: { body: 10 } },
  )
  const send = (path: string, body: string | ReadableStream) =>
    ask(path, { method: 'POST', body, duplex: 'half' })
  const stream = () => ReadableStream.from([Buffer.from('12345678'), Buffer.from('12345678')])
  expect((await send('/x', '12345678901')).status).toBe(413)
  expect((await send('/x', stream())).status).toBe(413)
  expect(await (await send('/x', '1234567890')).text()).toBe('10')
  expect(await (await send('/more', stream())).text()).toBe('16')
})

it('a handler that takes too long is a 503, and its signal aborts', async () => {
  const aborted = Promise.withResolvers<unknown>()
  const hangs = (request: Request): Promise<Response> => {
    request.signal.addEventListener('abort', () => aborted.resolve(request.signal.reason))
    return new Promise(() => {})
  }
  const { ask } = withMounts({ '/x': { handler: hangs, deadline: 5 } })
  const response = await ask('/x')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ code: 'PLINTH_DEADLINE_EXCEEDED' })
  expect(await aborted.promise).toMatchObject({ code: 'PLINTH_DEADLINE_EXCEEDED' })
})

it('a mounted app keeps its own routes, documents and policies, and knows its prefix', async () => {
  const clock = dependency(() => 'real', { name: 'clock' })
  const items = router('/items', { dependencies: { clock } })
  const list = items.get('/', { response: z.string() }, ({ clock }) => clock)
  const inner = app({
    title: 'Inner',
    routes: { items: { list } },
    trailingSlash: 'redirect',
    cors: { origins: ['https://inner.example'] },
    ready: { disk: () => {} },
  })
  const middle = app({ title: 'Middle', routes: {}, mount: { '/inner': inner } })
  const { api, ask } = withMounts({ '/v2': middle })
  expect(await (await ask('/v2/inner/items')).json()).toBe('real')
  expect((await ask('/v2/inner/items/')).headers.get('location')).toBe('/v2/inner/items')
  const document = (await (await ask('/v2/inner/openapi.json')).json()) as object
  expect(document).toMatchObject({ servers: [{ url: '/v2/inner' }], paths: { '/items': {} } })
  expect(inner.openapi().servers).toEqual([{ url: '/' }])
  const page = await (await ask('/v2/inner/docs')).text()
  expect(page).toContain('data-document="/v2/inner/openapi.json"')
  expect(page).toContain('src="/v2/inner/docs/docs.js"')
  expect((await ask('/v2/inner/docs/docs.js')).status).toBe(200)
  const foreign = { headers: { origin: 'https://inner.example' } }
  const answer = await ask('/v2/inner/items', foreign)
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://inner.example')
  expect(await (await ask('/health/ready')).json()).toMatchObject({
    checks: { '/v2 /inner disk': 'ok' },
  })
  {
    using _ = api.override(clock, () => 'fake')
    expect(await (await ask('/v2/inner/items')).json()).toBe('fake')
  }
  expect(await (await ask('/v2/inner/items')).json()).toBe('real')
})

it('a mounted app starts after its parent, and drains and stops before it', async () => {
  const events: string[] = []
  const part = (name: string, mount?: Mounts) =>
    app({
      title: name,
      routes: {},
      ...(mount && { mount }),
      async *lifespan() {
        events.push(`${name} starts`)
        yield
        events.push(`${name} stops`)
      },
    })
  const inner = part('inner')
  const api = part('outer', { '/a': inner, '/b': inner })
  await api.start()
  api.drain()
  const ready = await inner.fetch(new Request('http://test/health/ready'))
  expect(ready.status).toBe(503)
  await api.stop()
  expect(events).toEqual(['outer starts', 'inner starts', 'inner stops', 'outer stops'])
})

it('an app that cannot start its mounted app stops what it has started', async () => {
  const events: string[] = []
  const inner = app({
    title: 'Inner',
    routes: {},
    async *lifespan() {
      yield* []
      throw new Error('no start')
    },
  })
  const outer = app({
    title: 'Outer',
    routes: {},
    mount: { '/a': inner },
    async *lifespan() {
      yield
      events.push('stopped')
    },
  })
  await expect(outer.start()).rejects.toThrow('no start')
  expect(events).toEqual(['stopped'])
})

const handler = (): Response => new Response()
// oxlint-disable-next-line typescript/unbound-method -- the mistake that startup refuses
const { fetch: fetchOfApp } = app({ title: 'Inner', routes: {} })

it.each<[string, unknown, string]>([
  ['a slash at the end', { '/a/': handler }, 'write it without the slash at the end: "/a"'],
  ['no slash in front', { a: handler }, 'write a path of letters'],
  ['a name', { '/:a': handler }, 'write a path of letters'],
  ['a wildcard', { '/a/*': handler }, 'write a path of letters'],
  ['dot segments', { '/a/../b': handler }, 'write a path of letters'],
  ['an empty segment', { '/a//b': handler }, 'write a path of letters'],
  ['one inside another', { '/a/b': handler, '/a': handler }, 'lies inside the mount "/a"'],
  ['the documentation', { '/docs': handler }, 'Plinth responds there itself'],
  ['an object with fetch', { '/a': { fetch: handler } }, 'pass the fetch handler of the object'],
  ['the fetch of an app', { '/a': fetchOfApp }, 'pass the app and not its fetch'],
  ['no handler', { '/a': { maxBody: 1 } }, 'the option "handler" is not a function'],
  ['a negative limit', { '/a': { handler, maxBody: -1 } }, '"maxBody" is not a number from 0 on'],
  ['a misspelled option', { '/a': { handler, maxBodySize: 1 } }, 'Did you mean "maxBody"?'],
  ['a text', { '/a': 'http://elsewhere' }, 'pass a fetch handler'],
])('a mount with %s fails the start, and the message says what to write', (_, mount, words) => {
  expect(() => app({ title: 'Outer', routes: {}, mount: mount as Mounts })).toThrow(words)
})
