import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { compiled } from './compiled.ts'
import { field, id } from '../models/field.ts'
import { filtered } from './filtered.ts'
import { model } from '../models/model.ts'
import type { AnySchema } from './any-schema.ts'
import { outgoing } from './outgoing.ts'
import { wire } from './wire.ts'

const noon = new Date('2026-01-02T12:00:00.000Z')
const noonText = '2026-01-02T12:00:00.000Z'
const upper = z.codec(z.string(), z.object({ name: z.string(), at: z.date() }), {
  decode: (text) => ({ name: text, at: noon }),
  encode: ({ name, at }) => `${name} ${at.getTime()}`,
})

const cases: readonly [string, AnySchema, app: unknown, sent: unknown][] = [
  ['a date', z.date(), noon, noonText],
  ['a bigint', z.bigint(), 12n, '12'],
  ['a set', z.set(z.bigint()), new Set([1n]), ['1']],
  [
    'a list',
    z.array(z.object({ at: z.date().nullable() })),
    [{ at: noon }, { at: null }],
    [{ at: noonText }, { at: null }],
  ],
  ['a record', z.record(z.string(), z.date()), { a: noon }, { a: noonText }],
  [
    'an intersection',
    z.intersection(z.object({ a: z.date() }), z.object({ b: z.bigint() })),
    { a: noon, b: 1n },
    { a: noonText, b: '1' },
  ],
  ['a union', z.union([z.date(), z.string()]), noon, noonText],
  ['a codec', upper, { name: 'A', at: noon }, `A ${noon.getTime()}`],
  [
    'a codec on the wire side',
    z.codec(z.date(), z.int(), { decode: (d) => d.getTime(), encode: (n) => new Date(n) }),
    0,
    '1970-01-01T00:00:00.000Z',
  ],
  ['a date that is there', z.nonoptional(z.date().optional()).readonly(), noon, noonText],
]

describe('outgoing()', () => {
  it.each(cases)(
    'gives the same JSON as z.encode() of the wire schema: %s',
    (...[, schema, app, sent]) => {
      expect(z.parse(outgoing(schema), app)).toEqual(sent)
      expect(z.encode(wire(schema, 'json'), app as never)).toEqual(sent)
      expect(compiled(wire(schema, 'json')).encode(app)).toEqual({ ok: true, value: sent })
      expect(compiled(schema).encode(app)).toEqual({ ok: true, value: sent })
    },
  )

  it('fills in defaults, where z.encode() throws', () => {
    const schema = z.object({
      at: z.date().default(noon),
      n: z.bigint().default(5n),
      s: z.string().default('x'),
    })
    expect(z.parse(outgoing(schema), {})).toEqual({ at: noonText, n: '5', s: 'x' })
  })

  it('runs transforms, where z.encode() throws', () => {
    expect(z.parse(outgoing(z.string().transform((text) => text.length)), 'abc')).toBe(3)
    expect(z.parse(outgoing(z.date().transform((date) => date.getUTCFullYear())), noon)).toBe(2026)
    const later = z
      .date()
      .transform((date) => new Date(date.getTime() + 1))
      .pipe(z.date())
    expect(z.parse(outgoing(later), noon)).toBe('2026-01-02T12:00:00.001Z')
  })

  it('runs refinements on the value of the handler', () => {
    const period = z
      .object({ from: z.date(), to: z.date() })
      .refine(({ from, to }) => from <= to, { path: ['to'] })
    expect(z.parse(outgoing(period), { from: noon, to: noon })).toEqual({
      from: noonText,
      to: noonText,
    })
    const wrong = z.safeParse(outgoing(period), { from: noon, to: new Date(0) })
    expect(wrong.error?.issues).toMatchObject([{ path: ['to'] }])
    const codecs = z
      .object({ u: upper, at: z.date() })
      .refine(({ u, at }) => u.at.getTime() === at.getTime())
    expect(z.parse(outgoing(codecs), { u: { name: 'A', at: noon }, at: noon })).toEqual({
      u: `A ${noon.getTime()}`,
      at: noonText,
    })
    const oneWay = z
      .object({ n: z.string().transform(Number), at: z.date() })
      .refine(({ n }) => n === 5)
    expect(z.parse(outgoing(oneWay), { n: '5', at: noon })).toEqual({ n: 5, at: noonText })
  })

  it('reports the path of an invalid value', () => {
    const wrong = compiled(z.array(z.object({ at: z.date() }))).encode([
      { at: noon },
      { at: noonText },
    ])
    expect(wrong).toMatchObject({ ok: false, issues: [{ path: [1, 'at'] }] })
    expect(compiled(z.date()).encode(new Date(Number.NaN)).ok).toBe(false)
    expect(compiled(z.date()).encode(new Date(8.64e15)).ok).toBe(false)
    expect(compiled(upper).encode({ name: 5, at: noon })).toMatchObject({
      ok: false,
      issues: [{ path: ['name'] }],
    })
  })

  it('ends for a recursive schema', () => {
    const Node = z.object({
      at: z.date(),
      get children() {
        return z.array(Node)
      },
    })
    expect(z.parse(outgoing(Node), { at: noon, children: [{ at: noon, children: [] }] })).toEqual({
      at: noonText,
      children: [{ at: noonText, children: [] }],
    })
  })

  it('gives a schema that OpenAPI can describe by its name', () => {
    const Event = model('events', {
      id: id(),
      at: z.date(),
      n: z.bigint().nullable(),
      note: field(z.string(), { hidden: true }),
    })
    const schema = z.toJSONSchema(outgoing(z.array(Event)), { io: 'output' })
    expect(schema).toMatchObject({
      items: { $ref: '#/$defs/Event' },
      $defs: {
        Event: {
          required: ['id', 'at', 'n'],
          properties: {
            at: { type: 'string', format: 'date-time' },
            n: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          },
        },
      },
    })
  })

  it('returns an unchanged schema itself, and rewrites a changed one once', () => {
    const plain = z.object({ a: z.string().trim() }).refine(() => true)
    expect(outgoing(plain)).toBe(plain)
    const dated = z.object({ at: z.date() })
    expect(outgoing(dated)).toBe(outgoing(dated))
    expect(compiled(dated)).toBe(compiled(dated))
  })
})

describe('filtered()', () => {
  const more = (value: object) => ({ ...value, secret: 's' })

  it('removes undeclared fields at every depth', () => {
    const schema = z.strictObject({
      list: z.array(z.strictObject({ a: z.int() })),
      tuple: z.tuple([z.strictObject({ a: z.int() })]),
      maybe: z.strictObject({ a: z.int() }).nullable().optional(),
      plain: z.object({ a: z.int() }),
    })
    const a = { a: 1 }
    const given = more({ list: [more(a)], tuple: [more(a)], maybe: more(a), plain: more(a) })
    expect(z.parse(filtered(schema), given)).toEqual({ list: [a], tuple: [a], maybe: a, plain: a })
  })

  it('keeps the extra fields of open schemas', () => {
    const schema = z.object({
      loose: z.looseObject({ a: z.int() }),
      rest: z.object({ a: z.int() }).catchall(z.string()),
      record: z.record(z.string(), z.unknown()),
    })
    const given = { loose: more({ a: 1 }), rest: more({ a: 1 }), record: more({}) }
    expect(filtered(schema)).toBe(schema)
    expect(z.parse(filtered(schema), given)).toEqual(given)
  })

  it('matches each value of a union with its own option', () => {
    const schema = z.union([
      z.strictObject({ a: z.int() }),
      z.strictObject({ a: z.int(), b: z.int() }),
    ])
    expect(z.parse(filtered(schema), { a: 1, b: 2 })).toEqual({ a: 1, b: 2 })
    expect(z.parse(filtered(schema), { a: 1, secret: 2 })).toEqual({ a: 1 })
    const either = z.discriminatedUnion('t', [
      z.strictObject({ t: z.literal(1) }),
      z.strictObject({ t: z.literal(2), b: z.int() }),
    ])
    expect(z.parse(filtered(either), more({ t: 2, b: 1 }))).toEqual({ t: 2, b: 1 })
  })

  it('keeps refinements and metadata', () => {
    const schema = z
      .strictObject({ a: z.int() })
      .refine(({ a }) => a > 0)
      .meta({ id: 'Filtered' })
    expect(z.safeParse(filtered(schema), { a: 0 }).success).toBe(false)
    expect(z.globalRegistry.get(filtered(schema))?.id).toBe('Filtered')
  })
})

describe('compiled()', () => {
  it('refuses an async schema at startup', () => {
    const refined = z.object({ a: z.string().refine(async () => true) })
    const changed = z.array(z.string().transform(async (text) => text))
    const expected = expect.objectContaining({ code: 'PLINTH_ROUTE_INVALID' })
    expect(() => compiled(refined)).toThrow(expected)
    expect(() => compiled(changed)).toThrow(expected)
  })

  it('reports all problems at once, as the plain schema does', () => {
    const schema = wire(
      z.strictObject({ a: z.int(), at: z.date(), list: z.array(z.string()) }),
      'json',
    )
    const wrong = { a: 'x', at: 'y', list: [1], more: 1 }
    const outcome = compiled(schema).decode(wrong)
    expect(outcome).toEqual({ ok: false, issues: z.safeParse(schema, wrong).error?.issues })
    expect(outcome.ok ? [] : outcome.issues.map((issue) => issue.path.join('.'))).toEqual([
      'a',
      'at',
      'list.0',
      '',
    ])
  })

  it('compiles the schemas that routes typically use', () => {
    const Task = model('compiled', {
      id: id(),
      title: z.string().min(1).max(200),
      level: z.enum(['a', 'b']).default('a'),
      dueAt: z.date().nullable(),
      tags: z.array(z.string()),
    })
    const forms = [
      wire(Task.$create, 'json'),
      wire(Task.$update, 'json'),
      wire(
        z.object({
          limit: z.int().min(1).default(20),
          tags: z.array(z.string()),
          at: z.date().optional(),
        }),
        'strings',
      ),
      outgoing(filtered(z.array(Task))),
      outgoing(Task.$create),
    ]
    for (const schema of forms) expect(() => z.compile(schema, { strict: true })).not.toThrow()
  })
})
