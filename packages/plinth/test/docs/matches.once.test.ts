import { expect, it } from 'vitest'
import { matches } from './matches.ts'

it.each([
  ['{ "id": 1 }', '{"id":1}'],
  ['{ "id": 1, … }', '{"name":"a","id":1}'],
  ['{ "id": …, "name": "a" }', '{"id":{"b":1},"name":"a"}'],
  ['[1, …]', '[1,2,3]'],
  [
    '{ "errors": [{ "path": ["id"], … }], … }',
    '{"status":422,"errors":[{"path":["id"],"code":"x"}]}',
  ],
  ['"a…c"', '"abc"'],
  ['data: 1…', 'data: 1\n\ndata: 2'],
  ['a…b…c', 'a-b-c'],
  ['…', ''],
])('a page that shows %s agrees with the response %s', (shown, actual) => {
  expect(matches(shown, actual)).toBe(true)
})

it.each([
  ['{ "id": 1 }', '{"id":1,"name":"a"}'],
  ['{ "id": 1, … }', '{"id":2,"name":"a"}'],
  ['{ "id": …, … }', '{"name":"a"}'],
  ['[1, …]', '[2]'],
  ['[1]', '[1,2]'],
  ['"1"', '1'],
  ['"a…c"', '"ab"'],
  ['a…a', 'a'],
  ['a…b…c', 'a-c-b'],
  ['Hello', 'Hello World'],
])('a page that shows %s differs from the response %s', (shown, actual) => {
  expect(matches(shown, actual)).toBe(false)
})
