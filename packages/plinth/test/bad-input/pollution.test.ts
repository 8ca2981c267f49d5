// Prototype pollution, mass assignment and parameter pollution: callers cannot reach what they must
// not.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createToken } from 'plinth'
import { secret } from '../support/everything/app.ts'
import {
  everythingCaller,
  type CheckedResponse,
  type Caller,
} from '../support/everything/caller.ts'
import { compact, hmac } from '../support/auth/tokens.ts'

let caller: Caller
let id: string
beforeAll(async () => {
  caller = await everythingCaller()
  const made = await caller.send('POST', '/items', { json: { json: null, text: 'mine' } })
  id = (made.body as { id: string }).id
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const post = (path: string, raw: string): Promise<CheckedResponse> =>
  caller.send('POST', path, { raw, headers: json })

describe('prototype pollution', () => {
  const reached = ['x', 'polluted', 'isAdmin', 'role', 'json']
  afterEach(() => {
    const bare: Record<string, unknown> = {}
    for (const key of reached) expect(bare[key]).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(([] as unknown[] & { x?: unknown }).x).toBeUndefined()
  })

  it.each([
    '{"__proto__":{"x":1}}',
    '{"json":null,"__proto__":{"role":"admin"}}',
    '{"json":{"__proto__":{"x":1}}}',
    '{"json":[{"a":{"__proto__":{"x":1}}}]}',
    String.raw`{"json":{"\u005f_proto__":{"x":1}}}`,
    '{"json":{"constructor":{"prototype":{"x":1}}}}',
    '{"json":null,"record":{"__proto__":1}}',
    '{"json":null,"record":{"a":{"constructor":{"prototype":{"polluted":true}}}}}',
    '{"json":null,"object":{"name":"n","__proto__":{"at":null},"big":null,"inner":null}}',
    '{"json":null,"bigs":{"__proto__":"1"}}',
  ])('of a body is refused: %s', async (raw) => {
    const before = await caller.snapshot()
    for (const [method, path] of [
      ['POST', '/items'],
      ['PATCH', `/items/${id}`],
      ['POST', '/echo/json'],
      ['POST', '/echo/record'],
      ['POST', '/echo/strict'],
    ] as const) {
      const response = await caller.send(method, path, { raw, headers: json })
      expect(response).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
    }
    expect(await caller.snapshot()).toBe(before)
  })

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'])(
    'a key that only looks dangerous is a normal key: %s',
    async (key) => {
      const made = await post(
        '/items',
        JSON.stringify({ json: { [key]: 1 }, record: { [key]: 2 } }),
      )
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({ json: { [key]: 1 }, record: { [key]: 2 } })
      const unknown = await post('/items', JSON.stringify({ json: null, [key]: 1 }))
      expect(unknown.status).toBe(422)
    },
  )

  it.each([
    '__proto__=1',
    '__proto__[x]=1',
    '__proto__.x=1',
    'constructor[prototype][x]=1',
    '__proto__=1&__proto__=2',
    'a=1&__proto__=x',
    'hasOwnProperty=1',
    'toString=1',
  ])('of a query string is refused or harmless: ?%s', async (search) => {
    expect((await caller.send('GET', `/items?${search}`)).status).toBe(422)
    expect((await caller.send('GET', `/echo/inputs?${search}`)).status).toBe(422)
    const open = await caller.send('GET', `/echo/open?${search}`)
    expect([200, 422]).toContain(open.status)
    expect(open.text).not.toMatch(/"x":1/)
  })

  it.each(['__proto__', 'constructor', 'prototype', '__proto__%2fx', 'toString'])(
    'of a path is plain text: %s',
    async (text) => {
      const value = decodeURIComponent(text)
      expect((await caller.send('GET', `/echo/path/${text}`)).body).toEqual({ value })
      expect((await caller.send('GET', `/by/text/${text}`)).body).toEqual([])
      expect((await caller.send('GET', `/by/${text}/1`)).status).toBe(404)
      expect((await caller.send('GET', `/${text}`)).status).toBe(404)
    },
  )

  it('of headers and cookies is ignored', async () => {
    const response = await caller.send('GET', '/echo/inputs', {
      headers: {
        __proto__x: '1',
        'constructor.prototype.x': '1',
        cookie: '__proto__=x; constructor=y; toString=z; theme=__proto__',
      },
    })
    expect(response).toMatchObject({ status: 200, body: { theme: '__proto__', tags: [] } })
  })

  it.each([
    ['urlencoded', '__proto__=1&name=a'],
    ['urlencoded, as a list', '__proto__=1&__proto__=2&name=a'],
    ['urlencoded, in brackets', '__proto__[x]=1&name=a'],
    ['urlencoded, of a constructor', 'constructor[prototype][x]=1&name=a'],
  ])('of a form is refused: %s', async (_what, raw) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await caller.send('POST', '/echo/urlencoded', { raw, headers })).status).toBe(422)
  })

  it('of a multipart form is refused', async () => {
    const form = new FormData()
    form.append('caption', 'c')
    form.append('count', '1')
    form.append('image', new File(['x'], 'x'))
    form.append('__proto__', 'x')
    expect((await caller.send('POST', '/echo/upload', { raw: form })).status).toBe(422)
  })

  it.each([
    '{"sub":"ann","exp":EXP,"__proto__":{"x":1}}',
    '{"sub":"ann","exp":EXP,"user":{"__proto__":{"isAdmin":true}}}',
    '{"sub":"ann","exp":EXP,"constructor":{"prototype":{"x":1}}}',
    String.raw`{"sub":"ann","exp":EXP,"\u005f\u005fproto__":{"x":1}}`,
  ])('of a token has no effect: %s', async (claims) => {
    const exp = String(Math.floor(Date.now() / 1000) + 600)
    const header = { alg: 'HS256', typ: 'JWT' }
    const token = compact(header, claims.replace('EXP', exp), hmac(secret))
    const response = await caller.send('GET', '/me', {
      headers: { authorization: `Bearer ${token}` },
    })
    expect([200, 401]).toContain(response.status)
    if (response.status === 200) expect((response.body as { x?: unknown }).x).toBeUndefined()
    const good = await createToken(secret, { sub: 'ben' })
    const next = await caller.send('GET', '/me', { headers: { authorization: `Bearer ${good}` } })
    expect(next).toMatchObject({ status: 200, body: { id: 'ben' } })
    expect(next.body).not.toHaveProperty('x')
  })
})

describe('mass assignment', () => {
  const owned: Readonly<Record<string, unknown>> = {
    id: crypto.randomUUID(),
    userId: 'mallory',
    user_id: 'mallory',
    createdAt: '2000-01-01T00:00:00.000Z',
    created_at: '2000-01-01T00:00:00.000Z',
    updatedAt: '2000-01-01T00:00:00.000Z',
    updated_at: '2000-01-01T00:00:00.000Z',
    role: 'admin',
    ROLE: 'admin',
    Id: crypto.randomUUID(),
    UserId: 'mallory',
    text_default: 'x',
    unheardOf: 1,
  }

  it.each(Object.entries(owned))('%s is refused in POST and in PATCH', async (column, value) => {
    const before = await caller.snapshot()
    const made = await caller.send('POST', '/items', { json: { json: null, [column]: value } })
    expect(made.status).toBe(422)
    expect(made.text).toContain(column)
    const patched = await caller.send('PATCH', `/items/${id}`, { json: { [column]: value } })
    expect(patched.status).toBe(422)
    const both = await caller.send('PATCH', `/items/${id}`, {
      json: { text: 'changed', [column]: value },
    })
    expect(both.status).toBe(422)
    expect(await caller.snapshot()).toBe(before)
  })

  it('a nested key is a value of its field and nothing else', async () => {
    const made = await caller.send('POST', '/items', {
      json: {
        json: { userId: 'mallory', role: 'admin' },
        record: { id: 'x', createdAt: 'y' },
        object: { name: 'n', at: null, big: null, inner: null, role: 'admin', userId: 'mallory' },
      },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { userId: 'ann', role: 'member', json: { userId: 'mallory', role: 'admin' } },
    })
    const row = await caller.stored((made.body as { id: string }).id)
    expect(row).toMatchObject({ user_id: 'ann', role: 'member' })
    expect(row['object']).toEqual({ name: 'n', at: null, big: null, inner: null })
  })

  it('an immutable column is only set at creation', async () => {
    const made = await caller.send('POST', '/items', { json: { json: null, code: 'first' } })
    const { id } = made.body as { id: string }
    const patched = await caller.send('PATCH', `/items/${id}`, { json: { code: 'second' } })
    expect(patched.status).toBe(422)
    expect(await caller.stored(id)).toMatchObject({ code: 'first' })
  })

  it('a hidden column is stored and never sent', async () => {
    const made = await caller.send('POST', '/items', { json: { json: null, hidden: 'canary' } })
    expect(made.status).toBe(201)
    const { id } = made.body as { id: string }
    expect((await caller.stored(id))['hidden']).toBe('canary')
    const read = await caller.send('GET', `/items/${id}`)
    const list = await caller.send('GET', '/items')
    for (const response of [made, read, list]) expect(response.text).not.toMatch(/canary|hidden/)
  })

  it('an empty patch, null and a list are refused', async () => {
    const before = await caller.snapshot()
    for (const body of [{}, null, [], [{ text: 'x' }], 'text', 1])
      expect((await caller.send('PATCH', `/items/${id}`, { json: body })).status).toBe(422)
    expect(await caller.snapshot()).toBe(before)
  })

  it('an absent field is unchanged, and null clears it', async () => {
    await caller.send('PATCH', `/items/${id}`, { json: { text: 'kept', varchar: 'gone' } })
    const patched = await caller.send('PATCH', `/items/${id}`, { json: { varchar: null } })
    expect(patched.body).toMatchObject({ text: 'kept', varchar: null, textDefault: 'none' })
  })
})

describe('a repeated parameter', () => {
  it.each([
    ['text=a&text=b', ['query.text']],
    ['text=a&text=a', ['query.text']],
    ['text=a&TEXT=b', ['query.TEXT']],
    ['text[]=a', ['query.text[]']],
    ['text[b]=a', ['query.text[b]']],
    ['text[0]=a&text[1]=b', ['query.text[0]', 'query.text[1]']],
    ['text=a&te%78t=b', ['query.text']],
    ['int=1&int=2', ['query.int']],
    ['user_id=ann', ['query.user_id']],
    ['text%00=a', ['query.text\0']],
  ])('?%s is refused by its name', async (search, blames) => {
    const response = await caller.send('GET', `/items?${search}`)
    expect(response).toMatchObject({ status: 422, blames })
  })

  it('is refused for a single value, and is the list for a list', async () => {
    const twice = await caller.send('GET', '/echo/inputs?single=a&single=b')
    expect(twice).toMatchObject({ status: 422, blames: ['query.single'] })
    const list = await caller.send('GET', '/echo/inputs?tags=a&single=x&tags=b,c&tags=')
    expect(list.body).toMatchObject({ tags: ['a', 'b,c', ''], single: 'x' })
  })

  it('is not separated by ; or by anything except &', async () => {
    const response = await caller.send('GET', '/echo/inputs?single=a;single=b')
    expect(response.body).toMatchObject({ single: 'a;single=b' })
    expect((await caller.send('GET', '/echo/inputs?&&single=a&')).body).toMatchObject({
      single: 'a',
    })
  })

  it('in a form is refused, except for a list', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const twice = await caller.send('POST', '/echo/urlencoded', { raw: 'name=a&name=b', headers })
    expect(twice).toMatchObject({ status: 422, blames: ['body.name'] })
    const form = new FormData()
    for (const [name, value] of [
      ['caption', 'c'],
      ['count', '1'],
      ['tags', 'a'],
      ['tags', 'b'],
    ] as const)
      form.append(name, value)
    form.append('image', new File(['first'], 'a.txt'))
    expect((await caller.send('POST', '/echo/upload', { raw: form })).body).toEqual({
      caption: 'c',
      count: 1,
      ratio: 1,
      tags: ['a', 'b'],
      image: { name: 'a.txt', text: 'first' },
    })
    form.append('image', new File(['second'], 'b.txt'))
    const files = await caller.send('POST', '/echo/upload', { raw: form })
    expect(files).toMatchObject({ status: 422, blames: ['body.image'] })
  })

  it('in headers is one value joined by a comma, as HTTP says, and not a number', async () => {
    const headers = new Headers([
      ['x-text', 'a'],
      ['x-text', 'b'],
    ])
    const text = await caller.fetch(new Request('http://test.local/echo/inputs', { headers }))
    expect(await text.json()).toMatchObject({ xText: 'a, b' })
    const numbers = new Headers([
      ['x-count', '1'],
      ['x-count', '2'],
    ])
    const count = await caller.fetch(
      new Request('http://test.local/echo/inputs', { headers: numbers }),
    )
    expect(count.status).toBe(422)
  })

  it('in cookies means the first one, because browsers send the most specific first', async () => {
    const headers = { cookie: 'theme=first; theme=second; visits=1; visits=2' }
    const response = await caller.send('GET', '/echo/inputs', { headers })
    expect(response.body).toMatchObject({ theme: 'first', visits: 1 })
  })

  it('in query and body stays separate: neither fills in for the other', async () => {
    expect((await caller.send('POST', '/echo/strict?name=a', { json: {} })).status).toBe(422)
    const made = await caller.send('POST', '/items?text=a', { json: { varchar: 'b' } })
    expect(made).toMatchObject({ status: 201, body: { text: null, varchar: 'b' } })
  })
})
