import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { router } from './router.ts'

const declare = (path: string) => router('/p').get(path, {}, () => 'found')
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'PLINTH_ROUTE_INVALID',
    message: expect.stringContaining(message),
  })

describe('the path of a route', () => {
  it.each([
    ['/{id}', 'write "/:id"'],
    ['/{id:int}', 'write "/:id"'],
    ['/{path:path}', 'write "/:path*"'],
    ['/[id]', 'write "/:id"'],
    ['/[...slug]', 'write "/:slug*"'],
    ['/[[...slug]]', 'write "/:slug*"'],
    ['/<id>', 'write "/:id"'],
    ['/<int:id>', 'write "/:id"'],
    ['/*', 'write "/:path*"'],
    ['/*rest', 'write "/:rest*"'],
    ['/*/x', 'write "/:name"'],
    ['/a*', 'write "/:name*"'],
    ['/:id?', 'declare one route with "/:id" and one without it'],
    ['/:id{[0-9]+}', 'write "/:id", and validate it with params: z.object({ id: … })'],
    ['/:id(\\d+)', 'write "/:id", and validate it'],
    ['/:id<int>', 'write "/:id", and validate it'],
    ['/:user-id', 'a name consists of letters, digits and "_"'],
    ['/:', 'a name consists of'],
    ['/:__proto__', 'another name'],
    ['/foo:bar', 'a ":" begins a name'],
    ['/{id}.json', 'cannot contain "{"'],
    ['/a?b', 'cannot contain "?"'],
    ['/a#b', 'cannot contain "#"'],
    ['/a%3Fb%00', 'cannot contain'],
    ['/a\\b', 'cannot contain'],
    ['/:path*/x', 'must come last'],
    ['/a//b', 'remove the extra slash'],
    ['/a//', 'remove the extra slash'],
    ['/./a', 'dot segments'],
    ['/a/%2e%2e', 'dot segments'],
  ])('cannot be %s: %s', (path, advice) => {
    expect(() => declare(path)).toThrow(refusal(advice))
    expect(() => declare(path)).toThrow(refusal(`GET /p${path}`))
  })

  it.each(['x', ''])('cannot be "%s": it begins with a slash', (path) => {
    expect(() => declare(path)).toThrow(refusal('must begin with a slash'))
  })

  it('of a router follows the same grammar', () => {
    expect(() => router('/{org}')).toThrow(refusal('the router "/{org}"'))
    expect(() => router('/:path*').get('/x', {}, () => 1)).toThrow(refusal('must come last'))
    expect(() => router('/:path*').get('/', {}, () => 1)).not.toThrow()
  })

  it.each([
    '/@me',
    '/$metadata',
    '/a.b',
    '/~x',
    '/a,b;c=d',
    '/(x)',
    '/a+b',
    '/über',
    '/:größe',
    '/100%',
    '/a/',
    '/:id/',
  ])('can be %s', (path) => {
    expect(() => declare(path)).not.toThrow()
  })
})

describe('a path with letters that URLs encode', () => {
  it.each([
    ['/über', '/p/über'],
    ['/a b', '/p/a%20b'],
    ['/@me', '/p/%40me'],
    ['/x~y', '/p/x%7Ey'],
    ['/a%20b', '/p/a%20b'],
  ])('declared as %s is served at %s', async (path, url) => {
    const api = app({ title: 'Paths', routes: { p: { read: declare(path) } } })
    const response = await api.fetch(new Request(`http://test${url}`))
    expect(response.status).toBe(200)
  })

  it('is the same path as its encoded form', () => {
    const at = router('/p')
    const twice = { a: at.get('/über', {}, () => 1), b: at.get('/%C3%BCber', {}, () => 1) }
    expect(() => app({ title: 'Paths', routes: { twice } })).toThrow(refusal('twice.a and twice.b'))
  })
})

describe('the rest of a path', () => {
  const files = router('/files')
  const read = files.get('/:owner/:path*', {}, ({ params }) => params)
  const checked = files.get(
    '/checked/:path*',
    { params: z.object({ path: z.string().max(3) }) },
    ({ params }) => params,
  )
  const api = app({ title: 'Files', routes: { files: { read, checked } } })

  it.each([
    ['/files/ann/a/b.txt', { owner: 'ann', path: 'a/b.txt' }],
    ['/files/ann/a%2Fb%20c//d/', { owner: 'ann', path: 'a/b c//d/' }],
    ['/files/ann/', { owner: 'ann', path: '' }],
    ['/files/ann', { owner: 'ann', path: '' }],
    ['/files/checked/a/b', { path: 'a/b' }],
  ])('of %s is %j', async (url, params) => {
    const response = await api.fetch(new Request(`http://test${url}`))
    expect(await response.json()).toEqual(params)
  })

  it('is validated as any other part of the path', async () => {
    const response = await api.fetch(new Request('http://test/files/checked/a/b/c'))
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ in: 'path', path: ['path'] }] })
  })

  it('is a path parameter in the OpenAPI document', () => {
    const operation = api.openapi().paths['/files/{owner}/{path}']?.get
    expect(operation?.parameters).toMatchObject([
      { in: 'path', name: 'owner', required: true },
      { in: 'path', name: 'path', required: true },
    ])
  })
})
