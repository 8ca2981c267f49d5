// Content types, methods, paths, sizes and headers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createToken } from 'plinth'
import { secret } from '../support/everything/app.ts'
import { everythingCaller, origin, type Caller } from '../support/everything/caller.ts'
import { allNaughtyStrings } from '../support/naughty-strings.ts'

let caller: Caller
let id: string
beforeAll(async () => {
  caller = await everythingCaller()
  const made = await caller.send('POST', '/items', { json: { text: 'here' } })
  id = (made.body as { id: string }).id
})
afterAll(() => caller?.[Symbol.asyncDispose]())

const streamed = (text: string, chunk = 1024): ReadableStream<Uint8Array> => {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close()
      else controller.enqueue(bytes.subarray(at, (at += chunk)))
    },
  })
}

describe('content types', () => {
  const json = '{"name":"a"}'
  const table: readonly (readonly [type: string, status: number])[] = [
    ['application/json', 200],
    ['Application/JSON', 200],
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['application/merge-patch+json', 200],
    ['application/vnd.api+json', 200],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=latin1', 415],
    ['application/json, application/json', 415],
    ['text/plain', 415],
    ['text/json', 415],
    ['text/plain; application/json', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/xml', 415],
    ['application/octet-stream', 415],
    ['application/jsonx', 415],
    ['application/+json', 415],
    ['json', 415],
    ['*/*', 415],
    ['', 415],
  ]
  it.each(table)('JSON sent as "%s" is %d', async (type, status) => {
    const before = await caller.snapshot()
    const headers = { 'content-type': type }
    expect((await caller.send('POST', '/echo/strict', { raw: json, headers })).status).toBe(status)
    const wrong = status === 415 ? 415 : 422
    const patch = await caller.send('PATCH', `/items/${id}`, { raw: json, headers })
    expect(patch.status).toBe(wrong)
    expect(await caller.snapshot()).toBe(before)
  })

  it.each([
    ['of known length', (): RequestInit => ({ body: new Uint8Array(Buffer.from(json)) })],
    ['that is streamed', (): RequestInit => ({ body: streamed(json), duplex: 'half' })],
  ])(
    'JSON without a type, %s, is 415, because a page could send it without a preflight',
    async (_, init) => {
      for (const path of ['/echo/strict', '/echo/optional', '/items'])
        for (const length of [{}, { 'content-length': String(json.length) }]) {
          const request = new Request(origin + path, { method: 'POST', headers: length, ...init() })
          expect(request.headers.has('content-type')).toBe(false)
          expect((await caller.fetch(request)).status).toBe(415)
        }
    },
  )

  it.each([
    ['application/x-www-form-urlencoded', 'name=a', 200],
    ['application/x-www-form-urlencoded; charset=utf-8', 'name=a', 200],
    ['APPLICATION/X-WWW-FORM-URLENCODED', 'name=a', 200],
    ['application/x-www-form-urlencoded; charset=iso-8859-1', 'name=a', 415],
    ['multipart/form-data', 'name=a', 415],
    ['multipart/form-data; boundary=', 'name=a', 400],
    ['multipart/form-data; boundary=abcdefghijklmnopqrstuvwxyz012345', 'name=a', 400],
    ['application/json', '{"name":"a"}', 415],
    ['text/plain', 'name=a', 415],
  ])('a form sent as %s is %3$d', async (type, raw, status) => {
    const headers = { 'content-type': type }
    expect((await caller.send('POST', '/echo/urlencoded', { raw, headers })).status).toBe(status)
  })

  it('a missing body is 422 where one is required, and fine elsewhere', async () => {
    expect((await caller.send('POST', '/echo/strict')).status).toBe(422)
    const headers = { 'content-type': 'application/json' }
    expect((await caller.send('POST', '/echo/strict', { raw: '', headers })).status).toBe(422)
    expect((await caller.send('POST', '/echo/optional')).body).toEqual({ value: 'nothing' })
    expect((await caller.send('POST', '/echo/upload')).status).toBe(422)
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'zstd', 'x-unheard-of'])(
    'a body encoded as %s is 415, and is not unpacked',
    async (encoding) => {
      const response = await caller.send('POST', '/echo/json', {
        raw: new Uint8Array([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0]),
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      })
      expect(response.status).toBe(415)
    },
  )
})

describe('methods', () => {
  it.each([
    ['DELETE', '/items', 'GET, HEAD, POST'],
    ['PUT', '/items', 'GET, HEAD, POST'],
    ['POST', `/items/${crypto.randomUUID()}`, 'GET, HEAD, PATCH'],
    ['GET', '/echo/json', 'POST'],
    ['HEAD', '/echo/json', 'POST'],
    ['OPTIONS', '/items', 'GET, HEAD, POST'],
    ['PROPFIND', '/items', 'GET, HEAD, POST'],
    ['patch', '/items', 'GET, HEAD, POST'],
    ['X', '/items', 'GET, HEAD, POST'],
    ['M-SEARCH', '/items', 'GET, HEAD, POST'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const response = await caller.send(method, path)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
  })

  it('a lower-case method is a different method', async () => {
    const json = { text: 'changed' }
    expect((await caller.send('patch', `/items/${id}`, { json })).status).toBe(405)
    expect((await caller.send('GET', `/items/${id}`)).body).toMatchObject({ text: 'here' })
  })

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    '%s is ignored',
    async (name) => {
      const json = { text: 'changed' }
      const path = `/items/${id}`
      const get = await caller.send('GET', path, { headers: { [name]: 'PATCH' } })
      expect(get).toMatchObject({ status: 200, body: { text: 'here' } })
      const posted = await caller.send('POST', path, { json, headers: { [name]: 'PATCH' } })
      expect(posted.status).toBe(405)
      expect((await caller.send('GET', `/items?_method=PATCH`)).status).toBe(422)
    },
  )

  it.each([
    '/items',
    '/echo/path/a',
    '/echo/lines?text=a',
    '/echo/missing',
    '/nowhere',
    '/items?x=1',
  ])('HEAD %s is like GET without the body', async (path) => {
    const get = await caller.send('GET', path)
    const head = await caller.send('HEAD', path)
    expect(head.status).toBe(get.status)
    expect(head.text).toBe('')
    const rest = (headers: Headers): [string, string][] =>
      [...headers].filter(([name]) => name !== 'x-request-id' && name !== 'content-length')
    expect(rest(head.headers)).toEqual(rest(get.headers))
    const length = head.headers.get('content-length')
    // The length of a stream is unknown. Both request ids of a problem have the same length.
    if (!path.includes('lines'))
      expect(Number(length)).toBe(new TextEncoder().encode(get.text).byteLength)
  })
})

describe('paths', () => {
  it.each([
    ['/items/', 404],
    ['/items//', 404],
    ['//items', 404],
    ['/Items', 404],
    ['/ITEMS', 404],
    ['/%69tems', 404],
    ['/items%2f', 404],
    ['/items%00', 404],
    ['/items;a=b', 404],
    ['/items.json', 404],
    ['/items%20', 404],
    ['/items%3F', 404],
    ['/items\\', 404],
    ['/echo//path/a', 404],
    ['/echo/path/', 404],
    ['/echo/path/a/', 404],
    ['/echo/path/a/b', 404],
    ['/echo/path/%00', 400],
    ['/echo/path/a%00b', 400],
    ['/echo/path/%E0%A4%A', 400],
    ['/echo/path/%', 400],
    ['/echo/path/%c0%ae%c0%ae', 400],
    ['/items/not-a-uuid', 422],
    ['/items/%2e%2e', 404],
    ['/*', 404],
    ['/:id', 404],
    ['/items/:id', 422],
    ['/constructor', 404],
    [`/echo/path/${'a'.repeat(16_384)}`, 414],
    [`/items?text=${'a'.repeat(16_384)}`, 414],
    [`/${'a/'.repeat(3000)}`, 404],
    [`/items?${'a&'.repeat(1000)}`, 422],
    [`/items?${'a&'.repeat(4000)}`, 414],
  ])('%s is %d', async (path, status) => {
    const response = await readRaw(path)
    expect(response.status).toBe(status)
  })
  // Does not use new URL(), which would resolve the dots and the second slash of a path.
  const readRaw = (path: string): Promise<Response> => caller.fetch(new Request(origin + path))

  it.each(['a%2Fb', '%2e%2e%2fetc%2fpasswd', 'a%5Cb', 'a%3Fb%23c', '%25', '+', 'a;b=c', '~'])(
    'a name of %s is decoded once',
    async (text) => {
      const response = await caller.send('GET', `/echo/path/${text}`)
      expect(response.body).toEqual({ value: decodeURIComponent(text) })
    },
  )

  it.each(['/echo/../items', '/echo/./../items', '/echo/%2e%2e/items', '/x/../../items'])(
    '%s is resolved as the URL standard says: the path without dots',
    async (path) => {
      expect(new URL(origin + path).pathname).toBe('/items')
      expect((await caller.send('GET', path)).status).toBe(200)
    },
  )

  it('a fragment and credentials are ignored', async () => {
    expect((await caller.send('GET', '/echo/path/a#/items')).body).toEqual({ value: 'a' })
  })
})

describe('sizes', () => {
  const mebibyte = 1_048_576
  const text = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2))
  const headers = { 'content-type': 'application/json' }

  it.each([
    ['/echo/json', mebibyte],
    ['/echo/tiny', 20],
  ])('of %s are limited to %d bytes, with a length and as a stream', async (path, limit) => {
    for (const [size, status] of [
      [limit, 200],
      [limit + 1, 413],
      [limit * 3, 413],
    ] as const) {
      const raw = text(size)
      const length = { ...headers, 'content-length': String(raw.length) }
      expect((await caller.send('POST', path, { raw, headers: length })).status).toBe(status)
      expect((await caller.send('POST', path, { raw, headers })).status).toBe(status)
      const stream = await caller.send('POST', path, { raw: streamed(raw), headers })
      expect(stream.status).toBe(status)
    }
  })

  it('a Content-Length that is too small does not bypass the limit', async () => {
    const lying = { ...headers, 'content-length': '5' }
    const response = await caller.send('POST', '/echo/tiny', { raw: text(1000), headers: lying })
    expect(response.status).toBe(413)
  })

  it('an endless body is abandoned as soon as it is too large', async () => {
    let chunks = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks++
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
      cancel() {
        cancelled = true
      },
    })
    const response = await caller.send('POST', '/echo/json', { raw: endless, headers })
    expect(response.status).toBe(413)
    expect(cancelled).toBe(true)
    expect(chunks).toBeLessThan(20)
  })

  it('an aborted body is 400', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"name":')),
      pull: (controller) => controller.error(new Error('gone')),
    })
    const response = await caller.send('POST', '/echo/strict', { raw: broken, headers })
    expect(response).toMatchObject({ status: 400, body: { code: 'PLINTH_MALFORMED_BODY' } })
  })

  it('the body of an unknown path, a wrong method or a wrong type is not read', async () => {
    for (const [method, path, type] of [
      ['POST', '/nowhere', 'application/json'],
      ['PUT', '/items', 'application/json'],
      ['POST', '/items', 'text/plain'],
    ] as const) {
      let read = 0
      const body = new ReadableStream<Uint8Array>(
        { pull: (controller) => controller.enqueue(new Uint8Array(++read)) },
        { highWaterMark: 0 },
      )
      await caller.send(method, path, { raw: body, headers: { 'content-type': type } })
      expect(read).toBe(0)
    }
  })

  it('a file has the limit of its field', async () => {
    const form = new FormData()
    form.append('caption', 'c')
    form.append('count', '1')
    form.append('image', new File(['x'.repeat(1001)], 'a.txt'))
    const response = await caller.send('POST', '/echo/upload', { raw: form })
    expect(response).toMatchObject({ status: 422, blames: ['body.image'] })
  })

  it('text in place of a file is refused, and a file in place of text', async () => {
    const form = new FormData()
    form.append('caption', new File(['x'], 'a.txt'))
    form.append('count', 'one')
    form.append('image', 'text')
    const response = await caller.send('POST', '/echo/upload', { raw: form })
    expect(response.status).toBe(422)
    expect(response.blames.toSorted()).toEqual(['body.caption', 'body.count', 'body.image'])
  })
})

describe('two Authorization headers', () => {
  it.each([
    ['the right one first', (good: string) => [`Bearer ${good}`, 'Bearer x']],
    ['the right one last', (good: string) => ['Bearer x', `Bearer ${good}`]],
    ['the right one twice', (good: string) => [`Bearer ${good}`, `Bearer ${good}`]],
  ])('are refused: %s', async (_what, of) => {
    const good = await createToken(secret, { sub: 'ann' })
    const headers = new Headers()
    for (const value of of(good)) headers.append('authorization', value)
    const response = await caller.fetch(new Request(`${origin}/me`, { headers }))
    expect(response.status).toBe(400)
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_request"')
  })
})

describe('a value that is echoed into headers', () => {
  const texts = [
    'a\r\nx-evil: 1',
    'a\nx-evil: 1',
    'a\rx-evil: 1',
    'a\0b',
    '😀',
    'ü',
    'x'.repeat(1e4),
  ]
  const injected = (headers: Headers): string[] =>
    [...headers.keys()].filter((name) => /evil/.test(name))

  it('arrives unchanged, or the response is 422; nothing is injected', async () => {
    for (const text of [...texts, ...allNaughtyStrings]) {
      const encoded = encodeURIComponent(text)
      if (encoded.length > 8000) continue
      const response = await caller.send('GET', `/echo/headers?text=${encoded}`)
      // eslint-disable-next-line no-control-regex
      const safe = /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
      expect([text, response.status]).toEqual([text, safe ? 200 : 422])
      expect(injected(response.headers)).toEqual([])
      if (safe) {
        expect(response.headers.get('link')).toBe(`<${text}>; rel="next"`)
        const disposition = response.headers.get('content-disposition')!
        if (/[\x80-\xff]/.test(text)) expect(disposition).toMatch(/^[\t\x20-\x7e]+$/)
        else expect(disposition).toBe(`attachment; filename="${text}"`)
        expect(response.headers.get('location')).toBe(text.replaceAll(/^[\t ]+|[\t ]+$/g, ''))
      }
    }
  })

  it('is left out of a problem if no header can carry it, and the problem is sent', async () => {
    for (const text of [...texts, ...allNaughtyStrings]) {
      const encoded = encodeURIComponent(text)
      if (encoded.length > 8000 || text.includes('\0')) continue
      const response = await caller.fetch(new Request(`${origin}/echo/problem?text=${encoded}`))
      expect([text, response.status]).toEqual([text, 409])
      expect(injected(response.headers)).toEqual([])
      expect(await response.json()).toMatchObject({ status: 409, detail: text, text })
    }
  })

  it('comes back in a cookie', async () => {
    for (const text of [...texts, ...allNaughtyStrings]) {
      const encoded = encodeURIComponent(text)
      if (encoded.length > 4000 || text.includes('\0')) continue
      const set = await caller.send('GET', `/echo/set-cookie?text=${encoded}`)
      expect([text, set.status]).toEqual([text, 200])
      const [cookie = ''] = set.headers.getSetCookie()[0]!.split(';')
      const back = await caller.send('GET', '/echo/inputs', { headers: { cookie } })
      expect([text, (back.body as { theme?: string }).theme]).toEqual([text, text])
    }
  })

  it('is replaced if it is not a valid request id', async () => {
    for (const sent of ['a b', 'x'.repeat(65), '<script>', 'a;b', 'é']) {
      const response = await caller.send('GET', '/items', { headers: { 'x-request-id': sent } })
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    }
    const kept = await caller.send('GET', '/items', { headers: { 'x-request-id': 'a-1.B_2' } })
    expect(kept.headers.get('x-request-id')).toBe('a-1.B_2')
  })

  it('is Latin-1 in headers and cookies, and validated like any input', async () => {
    const response = await caller.send('GET', '/echo/inputs', {
      headers: { 'x-text': 'caf\u00e9', cookie: 'theme=%F0%9F%98%80; visits=3' },
    })
    expect(response.body).toMatchObject({ xText: 'café', theme: '😀', visits: 3 })
    const wrong = await caller.send('GET', '/echo/inputs', {
      headers: { 'x-count': 'NaN', cookie: 'visits=1.5' },
    })
    expect(wrong.blames).toEqual(['header.x-count', 'cookie.visits'])
  })
})
