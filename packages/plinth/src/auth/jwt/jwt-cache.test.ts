import { expect, test } from 'vitest'
import { toAuthUser } from '../auth-user.ts'
import { jwtCache } from './jwt-cache.ts'

const entry = (sub: string, until = 100): Parameters<ReturnType<typeof jwtCache>['set']>[1] => ({
  user: toAuthUser({ sub }),
  until,
  byKeySet: false,
})

test('the oldest entry is evicted when the cache is full', () => {
  const cache = jwtCache(2)
  for (const name of ['a', 'b', 'b', 'c']) cache.set(name, entry(name))
  expect(cache.size).toBe(2)
  expect(['a', 'b', 'c'].map((name) => cache.get(name, 0)?.user.id)).toEqual([undefined, 'b', 'c'])
})

test('an expired entry is removed', () => {
  const cache = jwtCache()
  cache.set('a', entry('a', 100))
  expect(cache.get('a', 99)?.user.id).toBe('a')
  expect(cache.get('a', 100)).toBeUndefined()
  expect(cache.size).toBe(0)
})

test('clear() removes every entry', () => {
  const cache = jwtCache()
  cache.set('a', entry('a'))
  cache.clear()
  expect(cache.get('a', 0)).toBeUndefined()
})
