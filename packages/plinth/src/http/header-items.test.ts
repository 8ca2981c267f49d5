import { expect, it } from 'vitest'
import { headerItems } from './header-items.ts'

it.each([
  ['foo, bar', ['foo', 'bar']],
  ['foo,bar', ['foo', 'bar']],
  ['foo', ['foo']],
  ['', []],
  [' , ,\t', []],
  ['a, , b,', ['a', 'b']],
  ['"a,b", c', ['"a,b"', 'c']],
  [String.raw`"a\",b", c`, [String.raw`"a\",b"`, 'c']],
  ['"a,b', ['"a,b']],
  ['a\\,b', ['a\\', 'b']],
  ['ä, 你', ['ä', '你']],
])('the list of a header has its items: %s', (value, items) => {
  expect(headerItems(value)).toEqual(items)
})

it('a long header is split in linear time', () => {
  expect(headerItems(' ,'.repeat(8000))).toEqual([])
  expect(headerItems('"'.repeat(16_001))).toHaveLength(1)
})
