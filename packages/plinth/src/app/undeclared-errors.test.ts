import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dependency } from '../dependencies/dependency.ts'
import { errorType } from '../errors/error-type.ts'
import { conflict, HttpError, notFound } from '../errors/http-error.ts'
import type { Logger } from '../logging/logger.types.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

const lines: { level: string; message: string; error: unknown }[] = []
const at =
  (level: string) =>
  (fields: { err?: unknown }, message: string): void =>
    void lines.push({ level, message, error: fields.err })
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: at('warn'),
  error: at('error'),
  child: () => log,
}
beforeEach(() => {
  lines.length = 0
  vi.stubEnv('NODE_ENV', 'development')
  vi.stubEnv('VITEST', '')
})
afterEach(() => void vi.unstubAllEnvs())

const planLimit = errorType('PLAN_LIMIT', { status: 402, title: 'Plan limit reached' })
/** Calls a route twice whose handler throws. */
async function call(thrown: unknown, errors: readonly (number | typeof planLimit)[] = []) {
  const route = router('/x').get('/', { errors }, () => {
    throw thrown
  })
  const api = app({ title: 'Errors', routes: { x: { route } }, log })
  for (let n = 0; n < 2; n++) await api.fetch(new Request('http://test/x'))
  return lines
}

describe('an error that no errors declare', () => {
  it('is one warning with the route and the line to add', async () => {
    expect(await call(notFound())).toEqual([
      {
        level: 'warn',
        message:
          'x.route (GET /x) responded with 404 PLINTH_NOT_FOUND, which its errors do not declare, so the documentation and the client lack it: add errors: [404] to the route, or to the dependency that throws it',
        error: undefined,
      },
    ])
  })
  it('is a warning if only its status is declared, as the error type of another error', async () => {
    expect(await call(new HttpError(402, 'Pay'), [planLimit])).toHaveLength(1)
    expect(await call(planLimit(), [409])).toMatchObject([
      {},
      { message: expect.stringMatching(/402 PLAN_LIMIT.*errors: \[402, or its errorType\(\)\]/) },
    ])
  })
  it('is a warning for a dependency, too', async () => {
    const lock = dependency(() => {
      throw conflict()
    })
    const route = router('/x').get('/', { dependencies: { lock } }, () => 1)
    const api = app({ title: 'Errors', routes: { x: { route } }, log })
    await api.fetch(new Request('http://test/x'))
    expect(lines).toMatchObject([{ message: expect.stringMatching(/^x\.route .* 409/) }])
  })
  it('has no warning if it is declared, or in production', async () => {
    expect(await call(planLimit(), [planLimit])).toEqual([])
    expect(await call(planLimit(), [402])).toEqual([])
    vi.stubEnv('NODE_ENV', 'production')
    expect(await call(notFound())).toEqual([])
  })
})

it('a thrown value that is not an error is logged with its route and the remedy', async () => {
  const [line] = await call('oops')
  expect(line?.error).toMatchObject({
    message:
      'x.route (GET /x) threw "oops", which is not an Error and has no stack. Throw an Error, or an error response such as notFound()',
  })
  expect((await call({ a: 1 })).at(-1)?.error).toMatchObject({
    message: expect.stringMatching(/threw a value of type object/),
  })
  expect((await call(undefined)).at(-1)?.error).toBeInstanceOf(Error)
})
