import { describe, expect, it } from 'vitest'
import { readPartHeaders } from './part-headers.ts'

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
const read = (disposition: string, more: Record<string, string[]> = {}) =>
  readPartHeaders({ 'content-disposition': [latin1(disposition)], ...more })

describe('the headers of a part', () => {
  it.each([
    ['form-data; name="a"', 'a', undefined],
    ['form-data; name=a', 'a', undefined],
    ['Form-Data; NAME="a"; FileName="b.txt"', 'a', 'b.txt'],
    ['form-data; name=""; filename=""', '', ''],
    ['form-data; filename="x; name=y"; name="z"', 'z', 'x; name=y'],
    ['form-data; name="a%22b%0D%0A"', 'a"b\r\n', undefined],
    ['form-data; name="a"; filename="say \\"hi\\" \\\\ x"', 'a', 'say "hi" \\ x'],
    [String.raw`form-data; name="a"; filename="C:\path\x.png"`, 'a', String.raw`C:\path\x.png`],
    ['form-data; name="ünï"; filename="日本.png"', 'ünï', '日本.png'],
    ['form-data; name="a"; filename*=UTF-8\'\'x', 'a', undefined],
  ])('%s has the name %j and the file name %j', (disposition, name, fileName) => {
    expect(read(disposition)).toMatchObject({ name, fileName })
  })
  it.each([
    '',
    'form-data',
    'form-data; filename="a"',
    'attachment; name="a"',
    'form-data; name="a',
    'form-data name="a"',
    'form-data; name="a" b',
  ])('%j is refused, since it names nothing', (disposition) => {
    expect(() => read(disposition)).toThrow('A part of the form has no name')
  })
  it('with bytes that are not UTF-8 are refused', () => {
    expect(() => readPartHeaders({ 'content-disposition': ['form-data; name="\xff"'] })).toThrow(
      'not UTF-8',
    )
  })
  it('with an encoding are refused, since the bytes would not be those of the file', () => {
    const encoding = { 'content-transfer-encoding': ['base64'] }
    expect(() => read('form-data; name="a"', encoding)).toThrow('The part "a" is encoded')
    expect(read('form-data; name="a"', { 'content-transfer-encoding': ['8BIT'] }).name).toBe('a')
  })
  it('without a type are of plain text', () => {
    expect(read('form-data; name="a"').type).toBe('text/plain')
    expect(read('form-data; name="a"', { 'content-type': ['image/png'] }).type).toBe('image/png')
  })
})
