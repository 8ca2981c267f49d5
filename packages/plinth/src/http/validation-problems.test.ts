import { expect, it } from 'vitest'
import * as z from 'zod'
import type { HttpError } from '../errors/http-error.ts'
import { ValidationProblems } from './validation-problems.ts'

const thrown = (problems: ValidationProblems): HttpError | undefined => {
  try {
    problems.throwIfAny()
  } catch (error) {
    return error as HttpError
  }
  return undefined
}
const issuesOf = (schema: z.ZodType, value: unknown) => z.safeParse(schema, value).error!.issues

it('input problems throw nothing while there are no problems', () => {
  expect(thrown(new ValidationProblems())).toBeUndefined()
})

it('input problems list every problem with its place', () => {
  const problems = new ValidationProblems()
  problems.add({
    in: 'query',
    path: ['a'],
    message: 'Sent more than once',
    code: 'repeated',
  })
  const schema = z.object({ b: z.array(z.int()) })
  problems.addIssues('body', ['x'], issuesOf(schema, { b: [1, 'two'] }))
  expect(thrown(problems)).toMatchObject({
    status: 422,
    message: '2 values are invalid',
    errors: [
      { in: 'query', path: ['a'] },
      { in: 'body', path: ['x', 'b', 1], code: 'invalid_type' },
    ],
  })
})

it('input problems list the first hundred of half a million, and say that there are more', () => {
  const problems = new ValidationProblems()
  const list = Array.from({ length: 500_000 }, () => 1)
  problems.addIssues('body', [], issuesOf(z.array(z.string()), list))
  problems.add({ in: 'body', path: [], message: 'one more', code: 'custom' })
  const error = thrown(problems)
  expect(error?.message).toBe('At least 100 values are invalid. The first 100 are listed.')
  expect(error?.errors).toHaveLength(100)
})

it('input problems shorten long quotes of the input', () => {
  const problems = new ValidationProblems()
  const key = `${'k'.repeat(99)}😀${'k'.repeat(1000)}`
  problems.addIssues('body', [], issuesOf(z.record(z.string(), z.int()), { [key]: 'x' }))
  problems.addIssues('body', [], issuesOf(z.strictObject({}), { [key]: 'x' }))
  const [wrong, unknown] = thrown(problems)!.errors!
  expect(wrong!.path).toEqual([`${'k'.repeat(99)}\ufffd…`])
  expect(unknown!.message).toHaveLength(501)
})
