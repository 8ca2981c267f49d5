import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'

test('the order of keys does not count, the order of a list does', () => {
  expect(canonical('[{"b":1,"a":{"d":2,"c":3}}]')).toBe(canonical('[{"a":{"c":3,"d":2},"b":1}]'))
  expect(canonical('[1,2]')).not.toBe(canonical('[2,1]'))
})

test.each([
  '2026-01-02T03:04:05.500+00:00',
  '2026-01-02T03:04:05.5Z',
  '2026-01-02 03:04:05.500000+00',
  '2026-01-02T05:04:05.5+02:00',
])('%s is normalized to the same time', (text) => {
  expect(canonical(JSON.stringify({ at: text }))).toBe('{"at":"2026-01-02T03:04:05.500Z"}')
})

test('other differences count: null, similar texts, an extra key', () => {
  expect(canonical('{"a":null}')).not.toBe(canonical('{}'))
  expect(canonical('{"a":"1"}')).not.toBe(canonical('{"a":1}'))
  expect(canonical('{"a":""}')).not.toBe(canonical('{"a":null}'))
  expect(canonical('{"at":"2026-01-02T03:04:05.500Z"}')).not.toBe(
    canonical('{"at":"2026-01-02T03:04:05.501Z"}'),
  )
})
