import { expect, test } from 'vitest'
import { requestIdOf } from './request-id.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('a new request id is a UUID of version 4, and no id repeats', () => {
  const ids = Array.from({ length: 10_000 }, () => requestIdOf({ headers: new Headers() }))
  expect(ids.filter((id) => !uuid.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(10_000)
})

test.each([
  ['abc.DEF-1_2', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['a b', false],
  ['ä', false],
])('the caller’s X-Request-Id %s is used: %s', (sent, taken) => {
  expect(requestIdOf({ headers: new Headers({ 'x-request-id': sent }) }) === sent).toBe(taken)
})
