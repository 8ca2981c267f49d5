import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { bearer } from '../../auth/schemes/bearer.ts'
import { header } from '../../dependencies/parameter.ts'
import { HttpError, unauthorized } from '../../errors/http-error.ts'
import { ifMatch } from '../../database/queries/if-match.ts'
import { id, version } from '../../models/field.ts'
import { decimal } from '../../schemas/decimal.ts'
import { model } from '../../models/model.ts'
import { createLogger } from '../../logging/logger.ts'
import { router } from '../../routing/router.ts'
import { file, form } from '../../http/form.ts'
import { sse } from '../../http/stream.ts'
import { conformance, type ConformanceReport } from './conformance.ts'

const Note = z.object({ text: z.string().min(2).max(5), size: z.int().nullable() })
const routes = () => router('/notes')

const money = decimal({ precision: 5, scale: 2 })
/** A header that is documented as a tag in quotes, and checked by another pattern. */
const tagOf = (pattern: RegExp) =>
  dependency(
    {
      tag: header(
        z
          .string()
          .meta({ pattern: '^"[0-9]"$' })
          .refine((text) => pattern.test(text)),
      ),
    },
    ({ tag }) => tag,
    { name: 'tag' },
  )

/** The report of an app with one route. */
const reportOf = (route: object): Promise<ConformanceReport> =>
  conformance(app({ title: 'Notes', routes: { notes: { route } } }), { seed: 1, runs: 5 })

const kindsOf = ({ findings }: ConformanceReport): string[] =>
  [...new Set(findings.map(({ kind }) => kind))].toSorted()

const Row = model('rows', { id: id(), text: z.string(), version: version() })

const note = { text: 'abc', size: null }
const fields = { response: Note }

describe('conformance()', () => {
  it('accepts a path parameter of any text, which is never empty', async () => {
    const params = z.object({ name: z.string().max(3) })
    const route = routes().get('/:name', { params, response: params }, ({ params }) => params)
    const api = app({ title: 'Notes', routes: { notes: { route } } })
    expect((await conformance(api, { seed: 1, runs: 40 })).findings).toEqual([])
  })
  it('finds no problems in a correct app', async () => {
    const user = dependency(
      { token: bearer() },
      ({ token }) => {
        if (token !== 'ann') throw unauthorized()
        return token
      },
      { errors: [401] },
    )
    const notes = router('/notes', { dependencies: { user } })
    const page = dependency({ trace: header(z.string().max(20)) }, ({ trace }) => trace)
    const api = app({
      title: 'Notes',
      routes: {
        notes: {
          create: notes.post('/', { body: Note, response: Note, status: 201 }, ({ body }) => body),
          read: notes.get(
            '/:id',
            { params: z.object({ id: z.uuid() }), response: Note, errors: [404] },
            () => {
              throw new HttpError(404, 'None')
            },
          ),
          list: notes.get(
            '/',
            {
              query: z.object({
                limit: z.int().min(1).max(9).default(3),
                tags: z.array(z.enum(['a', 'b'])).optional(),
                since: z.date().optional(),
                done: z.boolean().optional(),
                price: z.number().min(0.5).multipleOf(0.5).optional(),
              }),
              response: z.array(Note),
              dependencies: { page },
            },
            ({ query }) => Array.from({ length: query.limit }, () => note),
          ),
          remove: notes.delete(
            '/:id',
            { params: z.object({ id: z.uuid() }), status: 204 },
            () => {},
          ),
          watch: notes.get('/watch', { response: sse(Note) }, async function* () {
            yield note
          }),
        },
      },
    })
    const report = await conformance(api, { headers: { authorization: 'Bearer ann' } })
    expect(report.findings, `seed ${report.seed}`).toEqual([])
    expect(report.skipped).toEqual([])
    expect(report.unproven).toEqual([
      {
        operationId: 'notes.read',
        reason: expect.stringMatching(
          /^never succeeded: 400 × \d+, 401 × 2, 404 × \d+, 422 × \d+$/,
        ),
      },
    ])
    expect(Object.keys(report.statuses)).toHaveLength(5)
    expect(report.statuses['notes.create']).toMatchObject({
      201: expect.any(Number),
      401: 2,
      415: 7,
      422: expect.any(Number),
    })
  })

  it('generates forms, files, decimals and formatted headers without given values', async () => {
    const fields = {
      caption: z.string().min(1).max(40),
      count: z.int().min(1).max(9).optional(),
      done: z.boolean(),
      due: z.date().nullable(),
      kind: z.enum(['a', 'b']),
      tags: z.array(z.string().max(9)).min(1).max(3),
      price: decimal({ precision: 10, scale: 2, min: '0.05', max: '99999.99' }),
    }
    const notes = routes()
    const picture = file({ maxSize: 2000, types: ['image/png', 'image/jpeg'] })
    const row = { id: '123e4567-e89b-42d3-a456-426614174000', text: 'a', version: 1 }
    const api = app({
      title: 'Forms',
      routes: {
        notes: {
          plain: notes.post('/plain', { body: form(fields) }, () => null),
          upload: notes.post(
            '/files',
            { body: form({ ...fields, picture, others: z.array(file()).max(3).optional() }) },
            ({ body }) => [body.picture.size, body.others?.length],
          ),
          change: notes.patch(
            '/',
            { dependencies: { ifMatch }, query: z.object({ least: fields.price.optional() }) },
            () => null,
          ),
          read: notes.get('/row', { response: Row }, () => row),
        },
      },
    })
    const report = await conformance(api, { seed: 3, runs: 40 })
    expect(report.findings).toEqual([])
    expect(report.skipped).toEqual([])
    const both = { 200: expect.any(Number), 400: expect.any(Number), 415: expect.any(Number) }
    expect(report.statuses).toMatchObject({
      'notes.plain': { ...both, 422: expect.any(Number) },
      'notes.upload': { ...both, 422: expect.any(Number) },
      'notes.change': { 200: expect.any(Number), 422: expect.any(Number) },
      'notes.read': { 200: expect.any(Number), 304: expect.any(Number) },
    })
  })

  it('sends the same requests for the same seed, and different ones for another', async () => {
    const sent = async (seed: number) => {
      const requests: string[] = []
      const create = routes().post('/', { body: Note, response: Note }, ({ body }) => body)
      await conformance(app({ title: 'Notes', routes: { notes: { create } } }), {
        seed,
        fetch: async (request) => {
          requests.push(await request.clone().text())
          return Response.json(note)
        },
      })
      return requests
    }
    expect(await sent(7)).toEqual(await sent(7))
    expect(await sent(7)).not.toEqual(await sent(8))
  })

  it('reports the operations it could not test', async () => {
    const notes = routes()
    const code = notes.get(
      '/:code',
      { params: z.object({ code: z.string().regex(/^(?!a)q{7}$/) }) },
      () => null,
    )
    const api = app({ title: 'Notes', routes: { notes: { code } } })
    expect((await conformance(api)).skipped).toEqual([
      {
        operationId: 'notes.code',
        reason: 'no valid request can be generated from its schemas: pass values',
      },
    ])
    const report = await conformance(api, { values: { code: ['qqqqqqq'] } })
    expect(report.skipped).toEqual([])
    expect(report.statuses['notes.code']?.[200]).toBeGreaterThan(0)
  })
})

describe('conformance() finds', () => {
  it.each([
    [
      'a field that is not declared',
      'undeclared-field',
      routes().get('/', fields, () => Response.json({ ...note, secret: 1 })),
    ],
    [
      'a field deep inside that is not declared',
      'undeclared-field',
      routes().get('/', { response: z.object({ all: z.array(z.union([Note, z.null()])) }) }, () =>
        Response.json({ all: [null, { ...note, secret: 1 }] }),
      ),
    ],
    [
      'a status that is not declared',
      'undeclared-status',
      routes().get('/', {}, () => Response.json(note, { status: 202 })),
    ],
    [
      'an error that is not declared',
      'undeclared-status',
      routes().get('/', fields, () => {
        throw new HttpError(418, 'A teapot')
      }),
    ],
    [
      'a 500',
      'server-error',
      routes().get('/', fields, () => {
        throw new TypeError('x is undefined')
      }),
    ],
    [
      'a 500 for some inputs only',
      'server-error',
      routes().post('/', { body: Note, response: Note }, ({ body }) => {
        if (body.text.length === 5) throw new TypeError('too long')
        return body
      }),
    ],
    [
      'a Response of another status than the declared one',
      'server-error',
      routes().get('/', fields, () => Response.json(note, { status: 202 })),
    ],
    [
      'a result that does not fit',
      'server-error',
      routes().get('/', fields, () => ({ text: 'far too long', size: null })),
    ],
    [
      'a body that does not fit',
      'invalid-body',
      routes().get('/', fields, () => Response.json({ text: 1 })),
    ],
    [
      'a body that is not JSON',
      'invalid-body',
      routes().get(
        '/',
        fields,
        () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      ),
    ],
    ['a body of another type', 'content-type', routes().get('/', {}, () => new Response('hello'))],
    [
      'a limit that is not kept',
      'accepted-negative',
      routes().post(
        '/',
        { body: z.object({ n: z.unknown().meta({ type: 'integer', maximum: 9 }) }) },
        () => null,
      ),
    ],
    [
      'a limit of the query that is not kept',
      'accepted-negative',
      routes().get(
        '/',
        { query: z.object({ n: z.unknown().meta({ type: 'integer', maximum: 9 }) }) },
        () => null,
      ),
    ],
    [
      'a rule that is not declared',
      'refused-positive',
      routes().post(
        '/',
        {
          body: z.object({
            text: z
              .string()
              .max(9)
              .refine((text) => text.startsWith('a')),
          }),
        },
        () => null,
      ),
    ],
    [
      'a limit of a form that is not kept',
      'accepted-negative',
      routes().post(
        '/',
        { body: form({ n: z.unknown().meta({ type: 'integer', maximum: 9 }) }) },
        () => null,
      ),
    ],
    [
      'a rule of a form that is not declared',
      'refused-positive',
      routes().post(
        '/',
        { body: form({ n: z.int().refine((n) => n % 2 === 1), picture: file() }) },
        () => null,
      ),
    ],
    [
      'a 500 for an empty file',
      'server-error',
      routes().post('/', { body: form({ picture: file() }) }, ({ body }) => {
        if (body.picture.size === 0) throw new TypeError('nothing in it')
        return null
      }),
    ],
    [
      'a size of a file that is not kept',
      'accepted-negative',
      routes().post('/', { body: form({ picture: z.file().meta({ maxLength: 50 }) }) }, () => null),
    ],
    [
      'a type of a file that is not kept',
      'accepted-negative',
      routes().post(
        '/',
        { body: form({ picture: z.file().meta({ contentMediaType: 'image/png' }) }) },
        () => null,
      ),
    ],
    [
      'a header whose form is not kept',
      'accepted-negative',
      routes().get('/', { dependencies: { tag: tagOf(/^.*$/) } }, () => null),
    ],
    [
      'a header that is refused in a form that is declared',
      'refused-positive',
      routes().get('/', { dependencies: { tag: tagOf(/^"0"$/) } }, () => null),
    ],
    [
      'a bound of a decimal that is not kept',
      'accepted-negative',
      routes().post(
        '/',
        { body: z.object({ price: money.meta({ 'x-maximum': '9.99' }) }) },
        () => null,
      ),
    ],
    [
      'a 500 for the greatest decimal',
      'server-error',
      routes().post('/', { body: z.object({ price: money }) }, ({ body }) => {
        if (body.price === '999.99') throw new TypeError('too much')
        return null
      }),
    ],
    [
      'a decimal whose bound is not declared',
      'refused-positive',
      routes().post(
        '/',
        { body: z.object({ price: money.refine((price) => !price.startsWith('-')) }) },
        () => null,
      ),
    ],
  ])('%s', async (_, kind, route) => {
    expect(kindsOf(await reportOf(route))).toEqual([kind])
  })

  it('an operation that does not require the token it documents', async () => {
    const token = bearer()
    const locked = routes().get('/', { dependencies: { token } }, () => null)
    const api = app({ title: 'Notes', routes: { notes: { locked } } })
    api.override(token, () => 'anybody')
    const { findings } = await conformance(api, { seed: 1 })
    expect(findings.map((finding) => [finding.kind, finding.case])).toEqual([
      ['accepted-negative', 'no credentials'],
      ['accepted-negative', 'an invalid token'],
    ])
  })

  it('a server error in a conditional request', async () => {
    const row = { id: '123e4567-e89b-42d3-a456-426614174000', text: 'a', version: 1 }
    const read = routes().get('/', { response: Row }, () => row)
    const api = app({ title: 'Notes', routes: { notes: { read } } })
    const { findings } = await conformance(api, {
      seed: 1,
      fetch: async (request) => {
        const answer = await api.fetch(request)
        return answer.status === 304
          ? Response.json(row, { status: 200, headers: { etag: '"1"' } })
          : answer
      },
    })
    expect(findings).toEqual([])
    const broken = await conformance(api, {
      seed: 1,
      fetch: async (request) =>
        request.headers.has('if-none-match')
          ? new Response('', { status: 500 })
          : api.fetch(request),
    })
    expect(kindsOf(broken)).toContain('server-error')
  })

  it('problems, and reports the seed that repeats them', async () => {
    const report = await reportOf(
      routes().get('/:id', { params: z.object({ id: z.int() }) }, ({ params }) => {
        if (params.id < 0) throw new TypeError('negative')
        return null
      }),
    )
    expect(report.findings[0]).toMatchObject({
      kind: 'server-error',
      operationId: 'notes.route',
      request: expect.stringMatching(/^GET \/notes\/-/),
      detail: expect.stringContaining('500'),
    })
  })
})

describe('rows that an app deletes', () => {
  const id = '123e4567-e89b-42d3-a456-426614174000'
  const params = z.object({ id: z.uuid() })
  /** An app whose GET responds for existing rows only, with the given text. */
  const appWith = (text: string) => {
    const rows = new Set([id])
    const notes = routes()
    const existing = (params: { id: string }): void => {
      if (!rows.has(params.id)) throw new HttpError(404, 'None')
    }
    return app({
      title: 'Notes',
      log: createLogger({ level: 'silent' }),
      routes: {
        notes: {
          remove: notes.delete('/:id', { params, status: 204, errors: [404] }, ({ params }) => {
            existing(params)
            rows.delete(params.id)
          }),
          read: notes.get('/:id', { params, response: Note, errors: [404] }, ({ params }) => {
            existing(params)
            return { text, size: null }
          }),
        },
      },
    })
  }

  it('are read before: a GET that fails for every existing row is a finding', async () => {
    const report = await conformance(appWith('too long for it'), { values: { id: [id] }, runs: 3 })
    expect(kindsOf(report)).toEqual(['server-error'])
    expect(report.unproven).toEqual([
      {
        operationId: 'notes.read',
        reason: expect.stringMatching(/^never succeeded: 400 × \d+, 422 × \d+, 500 × \d+$/),
      },
    ])
  })
  it('are not missed by operations that come after the DELETE in the document', async () => {
    const report = await conformance(appWith('abc'), { values: { id: [id] }, runs: 3 })
    expect(report.findings).toEqual([])
    expect(report.unproven).toEqual([])
  })
  it('have to exist: without their ids, both operations are unproven', async () => {
    const report = await conformance(appWith('abc'), { runs: 3 })
    expect(report.unproven.map(({ operationId }) => operationId)).toEqual([
      'notes.remove',
      'notes.read',
    ])
  })
})
