import { expect, test } from 'vitest'
import { mode } from './mode.ts'

test.each([
  [{}, 'development'],
  [{ NODE_ENV: 'development' }, 'development'],
  [{ NODE_ENV: 'Production' }, 'development'],
  [{ NODE_ENV: 'production' }, 'production'],
  [{ NODE_ENV: 'production', VITEST: 'true' }, 'production'],
  [{ NODE_ENV: 'test' }, 'test'],
  [{ VITEST: 'true' }, 'test'],
] as const)('%j is %s', (environment, expected) => {
  expect(mode(environment)).toBe(expected)
})
