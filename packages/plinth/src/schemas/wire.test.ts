import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { id } from '../models/field.ts'
import { model } from '../models/model.ts'
import type { AnySchema } from './any-schema.ts'
import { wire, type WireSource } from './wire.ts'

const decode = (schema: AnySchema, value: unknown, from: WireSource = 'json') =>
  z.safeDecode(wire(schema, from), value)
const encode = (schema: AnySchema, value: unknown, from: WireSource = 'json') =>
  z.encode(wire(schema, from), value)
const noon = new Date('2026-01-02T12:00:00.000Z')
const noonText = '2026-01-02T12:00:00.000Z'

/** Every kind of schema that holds others, with a date in it. */
const holding: readonly [string, AnySchema, wire: unknown, app: unknown][] = [
  ['object', z.object({ at: z.date() }), { at: noonText }, { at: noon }],
  [
    'nested',
    z.object({ a: z.object({ at: z.date() }) }),
    { a: { at: noonText } },
    { a: { at: noon } },
  ],
  ['strict', z.strictObject({ at: z.date() }), { at: noonText }, { at: noon }],
  ['loose', z.looseObject({ at: z.date() }), { at: noonText, x: 1 }, { at: noon, x: 1 }],
  ['catchall', z.object({}).catchall(z.date()), { at: noonText }, { at: noon }],
  ['array', z.array(z.date()), [noonText], [noon]],
  ['set', z.set(z.date()), [noonText], new Set([noon])],
  ['tuple', z.tuple([z.date(), z.string()]), [noonText, 'a'], [noon, 'a']],
  ['tuple with rest', z.tuple([z.string()], z.date()), ['a', noonText], ['a', noon]],
  ['record', z.record(z.string(), z.date()), { a: noonText }, { a: noon }],
  ['nullable', z.date().nullable(), null, null],
  ['optional', z.object({ at: z.date().optional() }), {}, {}],
  ['readonly', z.date().readonly(), noonText, noon],
  ['nonoptional', z.nonoptional(z.date().optional()), noonText, noon],
  ['union', z.union([z.int(), z.date()]), noonText, noon],
  [
    'intersection',
    z.intersection(z.object({ a: z.date() }), z.object({ b: z.bigint() })),
    { a: noonText, b: '1' },
    { a: noon, b: 1n },
  ],
  [
    'discriminated union',
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('a'), at: z.date() }),
      z.object({ type: z.literal('b'), at: z.string() }),
    ]),
    { type: 'a', at: noonText },
    { type: 'a', at: noon },
  ],
  ['lazy', z.lazy(() => z.date()), noonText, noon],
  [
    'codec',
    z.codec(z.date(), z.number(), { decode: (d) => d.getTime(), encode: (n) => new Date(n) }),
    noonText,
    noon.getTime(),
  ],
  ['bigint', z.array(z.bigint()), ['-12', '9007199254740993'], [-12n, 9007199254740993n]],
  ['bigint literal', z.literal([1n, 'a']), '1', 1n],
]

describe('wire()', () => {
  it.each(holding)('decodes and encodes: %s', (...[, schema, there, here]) => {
    expect(decode(schema, there)).toEqual({ success: true, data: here })
    expect(encode(schema, here)).toEqual(there)
  })

  it('returns an unchanged schema itself, and rewrites a changed one once', () => {
    const plain = z.object({ a: z.string().default('x'), b: z.array(z.int()).optional() })
    expect(wire(plain, 'json')).toBe(plain)
    const dated = z.object({ at: z.date() })
    expect(wire(dated, 'json')).toBe(wire(dated, 'json'))
    expect(wire(dated, 'json')).not.toBe(wire(dated, 'strings'))
  })

  it('uses the $read of a model', () => {
    const Event = model('events', { id: id(), at: z.date() })
    expect(wire(Event, 'json')).toBe(wire(Event.$read, 'json'))
    const Plain = model('plains', { id: id(), name: z.string() })
    expect(wire(Plain, 'json')).toBe(Plain.$read)
  })

  it('keeps checks and refinements', () => {
    const period = z
      .object({ from: z.date().min(noon), to: z.date() })
      .refine(({ from, to }) => from <= to, { error: 'from is after to' })
    const wrong = decode(period, { from: noonText, to: '2026-01-01T00:00:00Z' })
    expect(wrong.success ? [] : wrong.error.issues.map((i) => i.message)).toEqual([
      'from is after to',
    ])
    expect(decode(period, { from: '2020-01-01T00:00:00Z', to: noonText }).success).toBe(false)
    const list = z
      .array(z.date())
      .min(2)
      .nullable()
      .refine((dates) => dates?.length !== 3)
    expect(decode(list, [noonText]).success).toBe(false)
    expect(decode(list, [noonText, noonText]).success).toBe(true)
    expect(decode(list, [noonText, noonText, noonText]).success).toBe(false)
  })

  it('creates a default for each value', () => {
    let count = 0n
    const schema = z.object({
      n: z.bigint().default(() => (count += 1n)),
      at: z.date().default(() => new Date()),
      fixed: z.bigint().default(7n),
      early: z.date().prefault(noon),
    })
    const first = decode(schema, {}).data as { n: bigint; at: Date; fixed: bigint; early: Date }
    const second = decode(schema, {}).data as typeof first
    expect(second.n).toBeGreaterThan(first.n)
    expect(second.at).not.toBe(first.at)
    expect(first).toMatchObject({ fixed: 7n, early: noon })
    expect(decode(z.date().catch(noon), 'x')).toMatchObject({ data: noon })
  })

  it('keeps metadata, which names the schema in OpenAPI', () => {
    const Named = z
      .object({ at: z.date().describe('when') })
      .meta({ id: 'Named', description: 'a thing' })
    expect(z.globalRegistry.get(wire(Named, 'json'))).toEqual({
      id: 'Named',
      description: 'a thing',
    })
    const schema = z.toJSONSchema(wire(z.array(Named), 'json'), { io: 'input' })
    expect(schema.$defs?.['Named']).toMatchObject({
      description: 'a thing',
      properties: { at: { type: 'string', format: 'date-time', description: 'when' } },
    })
  })

  it('ends for a recursive schema, and decodes and encodes', () => {
    const Node = z.object({
      at: z.date(),
      get children() {
        return z.array(Node)
      },
      get parent() {
        return Node.nullable()
      },
    })
    expectTypeOf<z.output<typeof Node>['at']>().toEqualTypeOf<Date>()
    const there = {
      at: noonText,
      parent: null,
      children: [{ at: noonText, parent: null, children: [] }],
    }
    const here = { at: noon, parent: null, children: [{ at: noon, parent: null, children: [] }] }
    expect(decode(Node, there).data).toEqual(here)
    expect(encode(Node, here)).toEqual(there)
    const Plain = z.object({
      get self() {
        return z.array(Plain)
      },
    })
    expect(wire(Plain, 'json')).toBe(Plain)
    const json = z.json()
    expect(wire(json, 'json')).toBe(json)
  })

  it('leaves z.preprocess() and transforms unchanged', () => {
    const schema = z.preprocess((value) => new Date(String(value)), z.date())
    expect(decode(schema, noonText)).toEqual({ success: true, data: noon })
    const year = z.date().transform((date) => date.getUTCFullYear())
    expect(decode(year, noonText)).toEqual({ success: true, data: 2026 })
  })
})

describe('wire() of an instant', () => {
  it.each([
    '2026-01-02T12:00:00Z',
    '2026-01-02T14:00:00+02:00',
    '2026-01-02T12:00:00.000Z',
    '2026-01-02T12:00:00.000000Z',
    '2026-01-02T12:00:00.000123456+00:00',
    '2026-01-02t12:00:00.0009z',
    '2026-01-02T17:30:00+05:30',
    '2026-01-02T12:00:00-00:00',
  ])('accepts %s', (text) => {
    expect(decode(z.date(), text)).toEqual({ success: true, data: noon })
  })
  it.each([
    '2026-01-02T12:00:00',
    '2026-01-02T12:00Z',
    '2026-01-02',
    '2026-02-30T00:00:00Z',
    '12:00',
    '',
    'now',
    '2026-01-02 12:00:00Z',
    '2026-01-02T12:00:00.Z',
    '2026-01-02T12:00:00+0000',
    '2026-01-02T12:00:00+24:00',
    '2026-01-02T24:00:00Z',
    '2026-01-02T12:59:60Z',
    '2026-01-02T23:59:61Z',
    '2026-01-02T12:00:00Z\n',
    '２026-01-02T12:00:00Z',
    '+020000-01-01T00:00:00Z',
    0,
    null,
    true,
    {},
  ])('refuses %j', (value) => {
    expect(decode(z.date(), value).success).toBe(false)
  })
  it.each([
    '2016-12-31T23:59:60Z',
    '2016-12-31T23:59:60.999z',
    '2016-12-31T15:59:60-08:00',
    '2017-01-01T05:29:60+05:30',
  ])('accepts the leap second %s as the next second', (text) => {
    const next = new Date('2017-01-01T00:00:00Z').getTime()
    const { data } = decode(z.date(), text) as { data: Date }
    expect(Math.floor(data.getTime() / 1000) * 1000).toBe(next)
  })
  it('leaves z.coerce.date() as it is', () => {
    expect(decode(z.coerce.date(), noon.getTime())).toEqual({ success: true, data: noon })
    expect(encode(z.coerce.date(), noon)).toBe(noonText)
    expect(encode(z.coerce.bigint(), 5n)).toBe('5')
  })
})

describe('wire() of text', () => {
  const read: readonly [string, AnySchema, text: unknown, value: unknown][] = [
    ['a number', z.number(), '-1.5', -1.5],
    ['a number as JSON writes it', z.number(), '1e21', 1e21],
    ['an integer', z.int(), '0', 0],
    ['a bigint', z.bigint(), '9007199254740993', 9007199254740993n],
    ['true', z.boolean(), 'true', true],
    ['1', z.boolean(), '1', true],
    ['false', z.boolean(), 'false', false],
    ['0', z.boolean(), '0', false],
    ['a date', z.date(), noonText, noon],
    ['text', z.string(), 'true', 'true'],
    ['one value for a list', z.array(z.int()), '1', [1]],
    ['several values for a list', z.array(z.int()), ['1', '2'], [1, 2]],
    ['a set', z.set(z.string()), 'a', new Set(['a'])],
    ['a tuple', z.tuple([z.int(), z.boolean()]), ['1', '0'], [1, false]],
    ['null', z.int().nullable(), 'null', null],
    ['no null', z.int().nullable(), '5', 5],
    ['the word null where any text will do', z.string().nullable(), 'null', 'null'],
    ['null for a format', z.uuid().nullable(), 'null', null],
    ['a literal number', z.literal([1, 2]), '2', 2],
    ['a literal of several kinds', z.literal([true, null, 'x']), 'true', true],
    ['a numeric enum', z.enum({ A: 1, B: 2 }), '1', 1],
    ['the first option that fits', z.union([z.int(), z.string()]), '5', 5],
    ['a default', z.int().default(20), undefined, 20],
    ['a default list', z.array(z.string()).default([]), undefined, []],
    ['an optional list', z.array(z.string()).optional(), undefined, undefined],
    ['a coerced number', z.coerce.number(), ' 7 ', 7],
  ]
  it.each(read)('reads text as %s', (...[, schema, text, value]) => {
    expect(decode(schema, text, 'strings')).toEqual({ success: true, data: value })
  })

  const refused: readonly [string, AnySchema, unknown][] = [
    ...[
      '',
      ' 1',
      '1 ',
      '0x10',
      '+1',
      '01',
      '1.',
      '.5',
      '1_000',
      'NaN',
      'Infinity',
      '1e999',
      '1e-400',
      '9007199254740993',
      '١',
      ['1', '2'],
    ].map((text) => ['a number', z.number(), text] as [string, AnySchema, unknown]),
    ['an integer', z.int(), '1.5'],
    ['a safe integer', z.int(), '9007199254740993'],
    ['a boolean', z.boolean(), 'yes'],
    ['a boolean', z.boolean(), 'TRUE'],
    ['a bigint', z.bigint(), '1.0'],
    ['a bigint', z.bigint(), '-'],
    ['a list', z.array(z.int()), undefined],
    ['a list', z.array(z.int()), ['1', 'x']],
    ['a literal', z.literal([1, 2]), '3'],
  ]
  it.each(refused)('refuses text as %s: %3$j', (_, schema, text) => {
    expect(decode(schema, text, 'strings').success).toBe(false)
  })

  it('writes values as text', () => {
    expect(
      encode(
        z.object({ n: z.int(), b: z.boolean(), l: z.array(z.bigint()) }),
        { n: 5, b: true, l: [1n] },
        'strings',
      ),
    ).toEqual({ n: '5', b: 'true', l: ['1'] })
    expect(encode(z.int().nullable(), null, 'strings')).toBe('null')
  })
})
