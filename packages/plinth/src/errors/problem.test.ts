import { expect, it } from 'vitest'
import { errorCodes, type Code } from './error-codes.ts'
import { HttpError } from './http-error.ts'
import { PlinthError } from './plinth-error.ts'
import { toHttpError, toProblem } from './problem.ts'

const problemOf = (error: unknown): object => toProblem(toHttpError(error), 'r1')

it('an error that is a response already is returned unchanged', () => {
  const error = new HttpError(404, 'No such task')
  expect(toHttpError(error)).toBe(error)
})

it.each(['text', undefined, new Error('secret'), new Error('a', { cause: new Error('secret') })])(
  'a foreign error, %s, is a PLINTH_INTERNAL that reveals nothing of it',
  (error) => {
    expect(problemOf(error)).toMatchObject({ status: 500, code: 'PLINTH_INTERNAL' })
    expect(JSON.stringify(problemOf(error))).not.toContain('secret')
  },
)

const mistakes = Object.entries(errorCodes).filter(([, { status }]) => status === 500)
it.each(mistakes.map(([code]) => code as Code))(
  'a mistake of a handler, %s, keeps its code, and reveals nothing else',
  (code) => {
    const mistake = new PlinthError(code, 'secret')
    for (const error of [mistake, new Error('Failed query', { cause: mistake })]) {
      expect(problemOf(error)).toMatchObject({ status: 500, code, title: 'Internal error' })
      expect(JSON.stringify(problemOf(error))).not.toContain('secret')
    }
  },
)

it('a startup error or a code of the application in a handler is a PLINTH_INTERNAL', () => {
  for (const code of ['PLINTH_ROUTE_INVALID', 'APP_BROKEN', 'constructor'])
    expect(problemOf(new PlinthError(code, 'x'))).toMatchObject({ code: 'PLINTH_INTERNAL' })
})
