import { describe, expect, it } from 'vitest'
import type { HttpError } from '../../errors/http-error.ts'
import { parseJson } from './parse-json.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function refusal(input: string | Uint8Array): HttpError {
  try {
    parseJson(typeof input === 'string' ? bytes(input) : input)
  } catch (error) {
    return error as HttpError
  }
  throw new Error(`accepted: ${String(input).slice(0, 80)}`)
}

describe('valid JSON is parsed as JSON.parse does', () => {
  it.each([
    '[]',
    '{}',
    '[[] ]',
    ' [1 ]',
    '\t[true]\r\n',
    '"lonely"',
    '42',
    '-0.1',
    'null',
    'false',
    '[0e+1]',
    '[1E22]',
    '[123e65]',
    '[123.456e78]',
    '[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]',
    '[9007199254740991]',
    '[-9007199254740992]',
    '[100000000000000000000]',
    '{"a":"b","a":"c"}',
    '{"":0}',
    '{"constructor":"a name"}',
    '["__proto__","constructor"]',
    String.raw`["\"\\\/\b\f\n\r\t"]`,
    String.raw`["\u0060\u012a\u12AB"]`,
    String.raw`["\uD801\udc37\ud83d\ude39\ud83d\udc8d"]`,
    String.raw`["\u0000"]`,
    String.raw`{"\u0061":"\uFFFF"}`,
    '["\u{10ffff}\u2028\u2029\u007f"]',
    '["1234567890123456789"]',
  ])('%s', (text) => {
    expect(parseJson(bytes(text))).toStrictEqual(JSON.parse(text))
  })
})

describe('invalid JSON is a 400', () => {
  it.each([
    '',
    ' ',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '["",]',
    '[1 2]',
    '[',
    ']',
    '[]]',
    '[1',
    '["a',
    '{"a"}',
    '{"a":}',
    '{"a" b}',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '{1:1}',
    '{"a":1}}',
    '{"a":1}#',
    '{"a":1}/**/',
    '[1]x',
    '[nul]',
    '[True]',
    'undefined',
    'NaN',
    '[Infinity]',
    '[-Infinity]',
    '[+1]',
    '[-]',
    '[- 1]',
    '[01]',
    '[-01]',
    '[1.]',
    '[.5]',
    '[1e]',
    '[1e+]',
    '[1eE2]',
    '[0x1F]',
    '[1_000]',
    '[１]',
    '["\t"]',
    '["\n"]',
    '["\u0000"]',
    String.raw`["\x00"]`,
    String.raw`["\u00A"]`,
    String.raw`["\uD834\u"]`,
    String.raw`["\a"]`,
    '["\\',
    "['a']",
    '[a',
    '<null>',
    '\u2060[]',
    '[\f]',
    '[\u00a0]',
    '"a""b"',
    '{"a":1 "b":2}',
  ])('%j', (text) => {
    expect(refusal(text)).toMatchObject({ status: 400, code: 'PLINTH_MALFORMED_BODY' })
  })

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16 with a mark', [0xff, 0xfe, 0x5b, 0x00, 0x5d, 0x00]],
    ['UTF-16 without one', [0x5b, 0x00, 0x5d, 0x00]],
    ['a cut sequence', [0x22, 0xe5, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a lone continuation', [0x22, 0x81, 0x22]],
  ])('bytes: %s', (_what, raw) => {
    expect(refusal(new Uint8Array(raw))).toMatchObject({ status: 400 })
  })

  it('the message has the position, and quotes nothing of the body', () => {
    const { message } = refusal('{"password":"hunter2" oops}')
    expect(message).toMatch(/at position \d+/)
    expect(message).not.toMatch(/hunter2|oops/)
  })
})

describe('JSON that JavaScript would change is a 400', () => {
  it.each([
    ['half a pair', String.raw`["\ud800"]`, /surrogate/],
    ['the other half', String.raw`{"a":{"b":["\uDC00x"]}}`, /surrogate/],
    ['pairs the wrong way round', String.raw`["\udc00\ud800"]`, /surrogate/],
    ['half a pair in a key', String.raw`{"\uDEAD":1}`, /surrogate/],
    ['__proto__', '{"__proto__":{"admin":true}}', /__proto__/],
    ['__proto__ deep down', '[{"a":[{"__proto__":null}]}]', /__proto__/],
    ['__proto__ spelt in escapes', String.raw`{"\u005f_proto__":1}`, /__proto__/],
    ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}', /prototype/],
    ['an integer that loses digits', '{"n":9007199254740993}', /number/],
    ['a long integer', '[12345678901234567890]', /number/],
    ['a number beyond a double', '[1e400]', /number/],
    ['a number that would be zero', '[1e-400]', /number/],
    ['one behind zeros, deep down', '[0,{"a":{"b":[0.0,"x",null,-9007199254740993]}}]', /number/],
    ['one whose text is spelt out to zero', `[0.${'0'.repeat(330)}1]`, /number/],
  ])('%s', (_what, text, message) => {
    const error = refusal(text)
    expect(error).toMatchObject({ status: 400, code: 'PLINTH_MALFORMED_BODY' })
    expect(error.message).toMatch(message)
  })

  it('keys never reach a prototype', () => {
    refusal('{"__proto__":{"polluted":1}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('JSON nesting', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

  it('is read with 64 levels, and refused with one more', () => {
    expect(parseJson(bytes(nested(64)))).toBeInstanceOf(Array)
    expect(refusal(nested(65)).message).toBe('The JSON is nested deeper than 64 levels')
  })
  it('has a limit that can be set', () => {
    const limits = { jsonDepth: 3, jsonKeys: 10 }
    expect(() => parseJson(bytes(nested(4)), limits)).toThrow('deeper than 3')
  })
  it('counts objects as well as arrays', () => {
    expect(refusal('{"a":'.repeat(65) + '1' + '}'.repeat(65)).message).toMatch(/deeper/)
  })
  it('does not count brackets in strings', () => {
    const text = JSON.stringify(['[{"\\'.repeat(200), '\\"[['.repeat(200)])
    expect(parseJson(bytes(text))).toStrictEqual(JSON.parse(text))
  })
  it('with a million levels is refused like any other', () => {
    expect(refusal('['.repeat(1_000_000)).status).toBe(400)
    expect(refusal('{"a":'.repeat(1_000_000)).status).toBe(400)
  })
  it('does not count siblings', () => {
    expect(parseJson(bytes(`[${'[],'.repeat(500)}{}]`))).toHaveLength(501)
  })
})

describe('keys of a JSON object', () => {
  const limits = { jsonDepth: 8, jsonKeys: 3 }
  const padding = `"${' '.repeat(20)}"`

  it.each([
    '{"a":1,"b":2,"c":3}',
    '[1,2,3,4,5,6,7,8,9,{"a":[1,2,3,4]}]',
    '{"a":{"d":1,"e":2,"f":3},"b":{"d":1,"e":2,"f":3},"c":"{,,,,,"}',
    String.raw`{"a,b,c,d":"\\",",e,f,g":"\\\"{,,,,"}`,
  ])('are accepted up to the limit, in %s', (text) => {
    expect(parseJson(bytes(`[${padding},${text}]`), limits)).toEqual(
      JSON.parse(`[${padding},${text}]`),
    )
  })
  it.each([
    '{"a":1,"b":2,"c":3,"d":4}',
    '{"a":[{"b":1,"c":2,"d":3,"e":4}]}',
    '{"a":{},"b":[],"c":"","d":1}',
  ])('are refused beyond the limit, in %s', (text) => {
    expect(() => parseJson(bytes(`[${padding},${text}]`), limits)).toThrow('more than 3 keys')
  })
})
