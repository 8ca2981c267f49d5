import { expect, test } from 'vitest'
import { HttpError } from './http-error.ts'
import { stackless } from './stackless.ts'

test('a stackless error has no stack, and the next error has one again', () => {
  const error = stackless(() => new HttpError(404, 'No such task'))
  expect(error).toMatchObject({ status: 404, code: 'PLINTH_NOT_FOUND', message: 'No such task' })
  expect(error.stack).not.toContain('stackless.test.ts')
  expect(new HttpError(404, 'No such task').stack).toContain('stackless.test.ts')
})

test('stackless restores the stack limit if its callback throws', () => {
  const broken = (): never => {
    throw new TypeError('broken')
  }
  expect(() => stackless(broken)).toThrow('broken')
  expect(new Error('next').stack).toContain('stackless.test.ts')
})
