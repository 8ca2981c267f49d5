import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('without options, everything is measured in five rounds', () => {
  const options = readOptions([])
  expect(options).toMatchObject({ seconds: 5, rounds: 5, scale: false, json: undefined })
  expect(options.jobs).toEqual(['list', 'read', 'create', 'update', 'reject', 'deny'])
  expect(options.only).toContain('fastapi')
})

test('Plinth always takes part, because all results are relative to it', () => {
  expect(readOptions(['--only', 'limit,fastify']).only).toEqual(['plinth', 'limit', 'fastify'])
})

test.each([
  [['--jobs', 'lists'], /There is no job lists\. There are: list, read/],
  [['--only', 'rails'], /There is no contender rails/],
  [['--seconds', '0'], /--seconds must be a number from 0\.1 to 60/],
  [['--rounds', 'many'], /--rounds must be a number/],
  [['--fast'], /--fast/],
])('%j is refused with a message', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})
