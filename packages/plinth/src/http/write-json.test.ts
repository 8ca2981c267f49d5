import { runInNewContext } from 'node:vm'
import { describe, expect, it, test } from 'vitest'
import { NotJson, writeJson } from './write-json.ts'

class Point {
  readonly x = 1
}
class Secret {
  readonly #x = 1
  get x(): number {
    return this.#x
  }
}
class Money {
  toJSON(): unknown {
    return { amounts: new Set([1n]) }
  }
}
const circular: Record<string, unknown> = {}
circular['self'] = { again: circular }

describe('writeJson()', () => {
  it.each<[string, unknown]>([
    ['text', 'a"\u2028'],
    ['undefined', undefined],
    ['null', null],
    ['a list with undefined', [undefined, 1]],
    ['an object with undefined', { a: undefined, b: [] }],
    ['dates and URLs', { at: new Date(0), url: new URL('http://a.example') }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['an object of another realm', runInNewContext('({ a: [{ b: 1 }] })')],
    ['a class instance with public fields', [new Point()]],
    ['a field named __proto__', JSON.parse('{"__proto__":{"a":1}}')],
    ['negative zero', -0],
  ])('writes %s as JSON.stringify() does', (_what, value) => {
    expect(writeJson(value)).toBe(JSON.stringify(value) ?? 'null')
  })

  it.each<[string, unknown, string]>([
    ['a Set as a list', new Set(['a', 'b']), '["a","b"]'],
    ['a bigint as text', { n: [2n ** 64n] }, '{"n":["18446744073709551616"]}'],
    ['a Set in a Set', { a: { b: new Set([new Set([1])]) } }, '{"a":{"b":[[1]]}}'],
    ['the result of toJSON()', [new Money()], '[{"amounts":["1"]}]'],
    [
      'a changed field beside __proto__',
      JSON.parse('{"__proto__":1,"a":2}'),
      '{"__proto__":1,"a":2}',
    ],
  ])('writes %s', (_what, value, json) => {
    expect(writeJson(value)).toBe(json)
  })

  test('the value itself stays as it is', () => {
    const value = { tags: new Set(['a']), list: [1n] }
    writeJson(value)
    expect(value).toEqual({ tags: new Set(['a']), list: [1n] })
  })

  it.each<[string, unknown, RegExp]>([
    [
      'a Map',
      { counts: new Map([['a', 1]]) },
      /^counts is a Map: return Object\.fromEntries\(map\)/,
    ],
    ['bytes', [{ sum: new Uint8Array(2) }], /^0\.sum is bytes: return text/],
    ['a Buffer', { sum: Buffer.from('a') }, /^sum is bytes/],
    [
      'an ArrayBuffer',
      { sum: new ArrayBuffer(2) },
      /^sum is an instance of ArrayBuffer: return text/,
    ],
    ['a Blob', { file: new Blob(['a']) }, /^file is an instance of Blob/],
    ['NaN', { mean: 0 / 0 }, /^mean is NaN/],
    ['Infinity', [1 / 0], /^0 is Infinity/],
    ['an invalid Date', { at: new Date('x') }, /^at is an invalid Date/],
    [
      'a promise',
      { user: Promise.resolve(1) },
      /^user is a promise or a query that has not run: await it/,
    ],
    ['an error', { error: new Error('x') }, /^error is an instance of Error/],
    [
      'a class instance without public fields',
      { at: new Secret() },
      /^at is an instance of Secret: it has no public fields, so return a plain object/,
    ],
    ['an error with fields', Object.assign(new Error('x'), { code: 'A' }), /instance of Error/],
    ['a regular expression', { match: /a/ }, /^match is an instance of RegExp/],
    ['a generator', { rows: [1].values() }, /^rows is .*return a list/],
    ['a function', { run: () => 1 }, /^run is a function/],
    ['a symbol', Symbol('a'), /^the value is a symbol/],
    ['a value that contains itself', circular, /^the value is nested more than 1000 levels deep/],
  ])('refuses %s, and says where it is and what to return', (_what, value, message) => {
    expect(() => writeJson(value)).toThrow(NotJson)
    expect(() => writeJson(value)).toThrow(message)
  })
})
