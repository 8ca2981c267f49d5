import { afterEach, describe, expect, it, test, vi } from 'vitest'
import * as z from 'zod'
import { errorType } from '../errors/error-type.ts'
import { HttpError } from '../errors/http-error.ts'
import { form } from '../http/form.ts'
import { jsonLines, sse } from '../http/stream.ts'
import type { Logger } from '../logging/logger.types.ts'
import { router } from '../routing/router.ts'
import { app } from './app.ts'

afterEach(() => vi.unstubAllEnvs())

/** Returns the response to a result, and the messages of the errors that were logged. */
async function responseTo(spec: object, give: () => unknown) {
  const errors: string[] = []
  const error = ({ err }: { err?: unknown }) =>
    void errors.push(String(err instanceof HttpError ? err.cause : err))
  const ignore = () => undefined
  const log: Logger = { error, warn: error, info: ignore, debug: ignore, child: () => log }
  const read = router('/stats').get('/', spec, give)
  const api = app({ title: 'Stats', log, routes: { stats: { read } } })
  const response = await api.fetch(new Request('http://test/stats'))
  const text = await response.text().catch(() => 'broken')
  return { status: response.status, text, errors }
}

const counts = new Map([['a', 1]])

describe.each(['development', 'production'])('in %s', (mode) => {
  it.each<[string, object, () => unknown]>([
    ['without a response schema', {}, () => [{ counts }]],
    [
      'in z.unknown()',
      { response: z.array(z.object({ counts: z.unknown() })) },
      () => [{ counts }],
    ],
    ['in a record', { response: z.record(z.string(), z.any()) }, () => ({ counts })],
    ['in z.looseObject()', { response: z.looseObject({}) }, () => ({ counts })],
    ['in z.custom()', { response: z.custom<Map<string, number>>() }, () => counts],
    ['after a transform', { response: z.string().transform(() => counts) }, () => 'a'],
  ])('a Map %s is an error that names the route and the remedy', async (_where, spec, give) => {
    vi.stubEnv('NODE_ENV', mode)
    const { status, text, errors } = await responseTo(spec, give)
    expect(status).toBe(500)
    expect(text).toContain('"PLINTH_RESPONSE_INVALID"')
    expect(errors).toEqual([
      expect.stringMatching(
        /^ResponseMisfit: stats\.read returned a value that JSON cannot carry: .* a Map: return Object\.fromEntries\(map\)/,
      ),
    ])
  })

  test.each([sse, jsonLines])(
    'a Map in a stream breaks it off, with a line in the log',
    async (stream) => {
      vi.stubEnv('NODE_ENV', mode)
      const { text, errors } = await responseTo(
        { response: stream(z.unknown()) },
        async function* () {
          yield { counts }
        },
      )
      expect(text).toBe('broken')
      expect(errors.join()).toContain(
        'stats.read returned a value that JSON cannot carry: counts is a Map',
      )
    },
  )

  test('a schema that JSON cannot carry is refused when the app is created', () => {
    vi.stubEnv('NODE_ENV', mode)
    const response = z.object({ stats: z.array(z.object({ counts: z.map(z.string(), z.int()) })) })
    const read = router('/stats').get('/', { response }, () => ({ stats: [{ counts }] }))
    expect(() => app({ title: 'Stats', routes: { stats: { read } } })).toThrow(
      'stats.read: response.stats.counts is z.map(), which JSON cannot carry: use z.record(key, value)',
    )
  })
})

it.each<[string, z.ZodType]>([
  ['z.nan()', z.object({ v: z.nan() })],
  ['z.symbol()', z.lazy(() => z.tuple([z.symbol()]))],
  ['z.promise()', z.promise(z.string())],
  ['z.void()', z.union([z.string(), z.void()])],
  ['z.file()', z.object({ v: z.file().nullable() })],
])('%s in a body or a response is refused when the app is created', (name, schema) => {
  for (const key of ['body', 'response']) {
    const make = router('/x').post('/', { [key]: schema }, () => null)
    expect(() => app({ title: 'X', routes: { x: { make } } })).toThrow(`is ${name}, which JSON`)
  }
})

test('a Map on the side of the handler is fine, if a codec or a transform sends something else', () => {
  const Pairs = z.codec(z.array(z.tuple([z.string(), z.int()])), z.map(z.string(), z.int()), {
    decode: (pairs) => new Map(pairs),
    encode: (map) => [...map],
  })
  const routes = router('/x')
  const make = routes.post('/', { body: Pairs, response: Pairs }, ({ body }) => body)
  const once = z.map(z.string(), z.int()).transform((map) => Object.fromEntries(map))
  const read = routes.get('/', { response: once }, () => counts)
  expect(() => app({ title: 'X', routes: { x: { make, read } } })).not.toThrow()
})

test('a file in a form is fine', () => {
  const make = router('/x').post('/', { body: form({ image: z.file() }) }, () => null)
  expect(() => app({ title: 'X', routes: { x: { make } } })).not.toThrow()
})

test('without a response schema, a Set is sent as a list and a bigint as text', async () => {
  const { status, text } = await responseTo({}, () => ({ tags: new Set(['a']), size: 1n }))
  expect([status, text]).toEqual([200, '{"tags":["a"],"size":"1"}'])
})

test('the data of an error is written as a response is', async () => {
  const limit = errorType('LIMIT', {
    status: 402,
    title: 'Limit',
    data: z.object({ tags: z.set(z.string()) }),
  })
  const { status, text } = await responseTo({ errors: [limit] }, () => {
    throw limit({ tags: new Set(['a']) }, 'Too many tags')
  })
  expect(status).toBe(402)
  expect(text).toContain('"data":{"tags":["a"]}')
})
