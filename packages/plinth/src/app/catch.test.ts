import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { dependency } from '../dependencies/dependency.ts'
import { errorType } from '../errors/error-type.ts'
import { HttpError, notFound } from '../errors/http-error.ts'
import { jsonLines } from '../http/stream.ts'
import { createLogger } from '../logging/logger.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

class PaymentFailed extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(`payment failed: ${reason}`)
    this.reason = reason
  }
}
class CardStolen extends PaymentFailed {}
const declined = errorType('DECLINED', {
  status: 402,
  title: 'Payment declined',
  data: z.object({ reason: z.string() }),
})

const seen: unknown[] = []
const paying = dependency(function* () {
  try {
    yield 'paid'
  } catch (error) {
    seen.push(error)
    throw error
  }
})
const broke = dependency(() => {
  throw new PaymentFailed('no account')
})
const shop = router('/shop', {
  errors: [409],
  catch: [[CardStolen, (error) => new HttpError(409, `Stolen: ${error.reason}`)]],
})
const inner = shop.router('/inner', {
  catch: [[CardStolen, () => new HttpError(410, 'Gone, and stolen')]],
  errors: [410],
})
const fail = (error: unknown) => () => {
  throw error
}
const buy = shop.get('/buy', { dependencies: { paying } }, fail(new PaymentFailed('no money')))
const stolen = shop.get('/stolen', {}, fail(new CardStolen('blue card')))
const below = inner.get('/stolen', {}, fail(new CardStolen('red card')))
const needs = shop.get('/needs', { dependencies: { broke } }, () => 'never')
const lines = shop.get('/lines', { response: jsonLines(z.string()) }, () => {
  throw new PaymentFailed('before the first byte')
})
const known = shop.get('/known', {}, fail(notFound('No such shop')))
const other = shop.get('/other', {}, fail(new TypeError('secret')))
const bad = shop.get('/bad', {}, fail(new RangeError('wrong catch')))
const routes = { shop: { buy, stolen, below, needs, lines, known, other, bad } }

const logged: string[] = []
const log = createLogger({
  level: 'debug',
  format: 'json',
  destination: { write: (line) => logged.push(line) },
})
const api = app({
  title: 'Shop',
  routes,
  log,
  errors: [declined],
  catch: [
    [PaymentFailed, (error) => declined({ reason: error.reason })],
    // a mistake: it returns no error response
    [RangeError, () => undefined as never],
  ],
})
const problemOf = async (path: string): Promise<Record<string, unknown>> =>
  (await (await api.fetch(new Request(`http://test${path}`))).json()) as Record<string, unknown>

describe('catch', () => {
  it.each([
    ['a handler', '/shop/buy', 'no money'],
    ['a dependency', '/shop/needs', 'no account'],
    ['the handler of a stream, before the first byte', '/shop/lines', 'before the first byte'],
  ])('turns an exception of %s into the declared error', async (_, path, reason) => {
    expect(await problemOf(path)).toMatchObject({ status: 402, code: 'DECLINED', data: { reason } })
  })
  it('leaves the exception to dependencies that close', async () => {
    seen.length = 0
    await problemOf('/shop/buy')
    expect(seen).toStrictEqual([expect.any(PaymentFailed)])
  })
  it('takes the entries of the innermost router first, and those of the app last', async () => {
    expect(await problemOf('/shop/stolen')).toMatchObject({
      status: 409,
      detail: 'Stolen: blue card',
    })
    expect(await problemOf('/shop/inner/stolen')).toMatchObject({ status: 410 })
  })
  it('leaves error responses, and exceptions of other classes, as they are', async () => {
    expect(await problemOf('/shop/known')).toMatchObject({ status: 404, detail: 'No such shop' })
    expect(await problemOf('/shop/other')).toMatchObject({ status: 500, code: 'PLINTH_INTERNAL' })
  })
  it('that returns something else than an HttpError is a 500, and the log names it', async () => {
    logged.length = 0
    expect(await problemOf('/shop/bad')).toMatchObject({ status: 500, code: 'PLINTH_INTERNAL' })
    expect(logged.join('')).toContain('the catch of RangeError returned a value of type undefined')
  })
  it('has its errors, which the app declares, in the documentation of all routes', () => {
    const { paths } = api.openapi()
    for (const path of ['/shop/buy', '/shop/inner/stolen'])
      expect(paths[path]?.['get']?.responses).toHaveProperty('402')
    expect(paths['/shop/inner/stolen']?.['get']?.responses).toHaveProperty('410')
    expect(paths['/shop/buy']?.['get']?.responses).not.toHaveProperty('410')
  })
  it.each<[string, unknown, string]>([
    ['not a list', {}, 'must be a list'],
    ['not a class', [[() => 1, () => notFound()]], '[0] must be a class and a function'],
    ['without its function', [[PaymentFailed]], '[0] must be a class and a function'],
    [
      'an error response',
      [[HttpError, () => notFound()]],
      'HttpError, which is an error response already',
    ],
    [
      'never reached',
      [
        [PaymentFailed, () => notFound()],
        [CardStolen, () => notFound()],
      ],
      '[1] is never reached, since [PaymentFailed, …] comes first',
    ],
  ])('is refused at startup if an entry is %s', (_, entries, message) => {
    expect(() => app({ title: 'x', routes: {}, catch: entries as never })).toThrow(message)
    expect(() => router('/x', { catch: entries as never })).toThrow(message)
  })
})
