import { describe, expect, it } from 'vitest'
import { parseCookies, serializeCookie } from './cookie.ts'

const parsed = (header: string) => Object.fromEntries(parseCookies(header))

describe('a Cookie header', () => {
  it('is parsed into the values of each name, in order', () => {
    expect(parsed('theme=dark; token=a; token=b')).toEqual({ theme: ['dark'], token: ['a', 'b'] })
  })

  it('may hold spaces, quotes, empty values and equals signs in a value', () => {
    expect(parsed(' a = 1 ;\tb="2 3"; c=; d=e=f')).toEqual({
      a: ['1'],
      b: ['2 3'],
      c: [''],
      d: ['e=f'],
    })
  })

  it('is decoded where it is percent-encoded UTF-8', () => {
    expect(parsed('a=%C3%BC; b=100%; c=%ff%20x')).toEqual({ a: ['ü'], b: ['100%'], c: ['%ff%20x'] })
    expect(parsed('a=%2B%zz%20')).toEqual({ a: ['+%zz '] })
  })

  it('loses a pair without an equals sign, and one with a character that no cookie can have', () => {
    expect(parsed('lonely; =empty; b c=1; d="; e=\\; f=é; ok=1')).toEqual({ ok: ['1'] })
  })

  it('cannot reach a prototype', () => {
    expect(parseCookies('__proto__=x; constructor=y').get('toString')).toBeUndefined()
    expect(parseCookies('__proto__=x').get('__proto__')).toEqual(['x'])
  })
})

describe('a Set-Cookie header', () => {
  it('has the attributes that were given, in a fixed order', () => {
    expect(
      serializeCookie('__Host-id', 'a b;ü', {
        path: '/',
        maxAge: 60.9,
        expires: new Date(0),
        httpOnly: true,
        secure: true,
        sameSite: 'strict',
        priority: 'high',
        partitioned: true,
      }),
    ).toBe(
      '__Host-id=a%20b%3B%C3%BC; Max-Age=60; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict; Priority=High; Partitioned',
    )
    expect(serializeCookie('a', '', { maxAge: 0, domain: 'example.com' })).toBe(
      'a=; Max-Age=0; Domain=example.com',
    )
  })

  it('is parsed back to the same value', () => {
    for (const value of ['', 'plain', '"quoted"', 'a;b,c=d', '50% off', 'käse 🧀', '%41'])
      expect(parsed(serializeCookie('v', value, {}))).toEqual({ v: [value] })
  })

  it.each([
    ['a b', {}, 'cannot be the name of a cookie'],
    ['a;b', {}, 'cannot be the name of a cookie'],
    ['', {}, 'cannot be the name of a cookie'],
    ['__Secure-a', {}, 'needs secure: true'],
    ['__host-a', { path: '/' }, 'needs secure: true'],
    ['__Host-a', { secure: true, path: '/x' }, "needs path: '/'"],
    ['__Host-a', { secure: true, path: '/', domain: 'x.test' }, 'no domain'],
    ['a', { partitioned: true }, 'needs secure: true'],
    ['a', { path: '/; secure' }, 'in path'],
    ['a', { domain: 'x\r\nset-cookie: b=1' }, 'in domain'],
    ['a', { maxAge: 34_560_001 }, 'more than 400 days'],
    ['a', { expires: new Date(Date.now() + 401 * 86_400_000) }, 'more than 400 days'],
    ['a', { expires: new Date(Number.NaN) }, 'invalid date'],
  ])('named "%s" with %j is refused: %s', (name, options, message) => {
    expect(() => serializeCookie(name, 'x', options)).toThrow(message)
  })

  it('with a value that browsers would drop is a 422', () => {
    expect(serializeCookie('a', 'x'.repeat(4095), {})).toHaveLength(4097)
    for (const value of ['x'.repeat(4096), '\ud800'])
      expect(() => serializeCookie('a', value, {})).toThrow(
        expect.objectContaining({ status: 422, code: 'PLINTH_VALIDATION_FAILED' }),
      )
  })
})
