import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { bounded, mostProblems } from './bounded.ts'

/** The outcome of a schema for a value: the value, or the path, code and message of each problem. */
function outcomeOf(schema: AnySchema, value: unknown): unknown {
  const result = z.safeParse(schema, value)
  if (result.success) return result.data
  return result.error.issues.map(({ path, code, message }) => ({ path, code, message }))
}
const fill = <T>(length: number, item: (i: number) => T): T[] =>
  Array.from({ length }, (_, i) => item(i))
const keys = (length: number, value: (i: number) => unknown, prefix = 'k'): object =>
  Object.fromEntries(fill(length, (i) => [`${prefix}${i}`, value(i)]))
const wrongAt = (length: number, ...at: number[]): unknown[] =>
  fill(length, (i) => (at.includes(i) ? { a: 1 } : { a: '1' }))

const Item = z.object({ a: z.string() })
const Tree: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})
const Email = z.codec(z.string(), z.object({ name: z.string() }), {
  decode: (name) => ({ name }),
  encode: ({ name }) => name,
})

/** Schemas, each with valid values, and invalid ones of fewer than 100 problems. */
const cases: Record<string, [AnySchema, ...unknown[]]> = {
  list: [z.array(Item), [], wrongAt(33), wrongAt(1000), wrongAt(1000, 0, 32, 150, 999), 5, null],
  'list of a maximum size': [z.array(Item).max(50), wrongAt(50), wrongAt(50, 49), wrongAt(5000, 0)],
  'list with a refinement': [
    z.array(z.number()).refine((list) => list.every((n) => n > 0), 'positive'),
    fill(100, (i) => i),
    fill(100, (i) => i + 1),
    fill(50, String),
  ],
  'list of optional values': [z.array(z.number().optional()), [...Array<undefined>(100)]],
  'list of lists': [z.array(z.array(Item)), [wrongAt(400, 200), wrongAt(3, 1)]],
  'list of defaults': [z.array(Item.extend({ b: z.int().default(1) })), wrongAt(100)],
  'list of codecs': [z.array(Email), fill(100, String), fill(99, (i) => i)],
  'list in wrappers': [z.array(z.int()).readonly().optional(), undefined, fill(99, String)],
  tuple: [
    z.tuple([z.string()], z.int()),
    ['a', ...fill(500, (i) => (i % 50 ? i : 'x'))],
    ['a'],
    [],
  ],
  set: [
    z.set(z.int()),
    new Set(fill(500, Number)),
    new Set(fill(500, (i) => (i % 9 ? i : `${i}`))),
  ],
  record: [
    z.record(z.string(), z.int()),
    keys(500, Number),
    keys(500, (i) => (i % 7 ? i : 'x')),
    [],
  ],
  'record of e-mail keys': [
    z.record(z.email(), z.int()),
    keys(80, () => 1),
    keys(40, Number, 'a@b.d'),
  ],
  'record of known keys': [
    z.partialRecord(z.enum(['a', 'b']), z.int()),
    { a: 1 },
    keys(500, () => 1),
  ],
  'open object': [
    z.looseObject({ a: z.string() }),
    { a: 'x', ...keys(500, Number) },
    keys(50, Number),
  ],
  'object with a catchall': [
    z.object({ a: z.string(), b: z.int().optional() }).catchall(z.int()),
    { a: 'x', ...keys(500, Number) },
    { a: 'x', ...keys(500, (i) => (i % 9 ? i : 'x')) },
    keys(500, () => 1),
  ],
  'strict object': [
    z.strictObject({ a: z.string() }),
    { a: '1' },
    { a: 1, b: 2 },
    keys(20, Number),
  ],
  union: [
    z.union([z.array(Item), z.array(z.number())]),
    fill(400, Number),
    wrongAt(400),
    wrongAt(400, 3),
  ],
  'discriminated union': [
    z.discriminatedUnion('t', [
      z.object({ t: z.literal(1), list: z.array(z.int()) }),
      z.object({ t: z.literal(2) }),
    ]),
    { t: 1, list: fill(99, String) },
    { t: 1, list: fill(99, Number) },
  ],
  'intersection of a record': [
    z.intersection(z.record(z.string().startsWith('x'), z.string()), Item),
    { ...keys(300, () => 'v', 'x'), a: 'b' },
    { ...keys(50, () => 'v', 'y'), a: 'b' },
  ],
  'recursive schema': [
    Tree,
    { name: 'x', children: [{ name: 'y', children: [] }] },
    { name: 'x', children: [{ name: 'y', children: fill(40, () => ({})) }] },
  ],
  'any JSON': [z.json(), [{ a: [1, 'b', { c: keys(500, Number) }] }], [new Date()]],
}

describe.each(Object.entries(cases))('validation that stops: %s', (_name, [schema, ...values]) => {
  it.each(values.map((value) => [value]))('has the outcome of Zod (%#)', (value) => {
    expect(outcomeOf(z.compile(bounded(schema)), value)).toEqual(outcomeOf(schema, value))
  })
})

const wrong: Record<string, [AnySchema, unknown]> = {
  'a list': [z.array(Item), fill(300_000, () => ({}))],
  'a nested list, which overflows the stack in Zod': [
    z.array(z.array(Item)),
    [fill(300_000, () => ({}))],
  ],
  'a tuple': [z.tuple([z.string()], z.int()), fill(300_000, String)],
  'a set': [z.set(z.int()), new Set(fill(300_000, String))],
  'a record': [z.record(z.string(), z.int()), keys(50_000, String)],
  'a record of e-mail keys': [z.record(z.email(), z.int()), keys(50_000, Number)],
  'an object with a catchall': [z.object({}).catchall(z.int()), keys(50_000, String)],
  'a recursive schema': [Tree, { name: '', children: fill(300_000, () => ({})) }],
  'a list of unions': [
    z.array(z.union(fill(20, (i) => z.object({ t: z.literal(i), [`f${i}`]: z.array(z.int()) })))),
    fill(100_000, () => ({ f0: fill(3, String) })),
  ],
}

it.each(Object.entries(wrong))(
  'validation stops soon after 100 problems of %s',
  (_name, [schema, value]) => {
    const problems = z.safeParse(z.compile(bounded(schema)), value).error!.issues
    expect(problems.length).toBeGreaterThan(mostProblems)
    expect(problems.length).toBeLessThan(4 * mostProblems)
  },
)

it('validation that stopped runs no refinement on the incomplete value', () => {
  const seen: number[] = []
  const schema = z.array(z.int()).refine((list) => seen.push(list.length))
  expect(z.safeParse(z.compile(bounded(schema)), fill(1000, String)).success).toBe(false)
  expect(seen).toEqual([])
})

it('a strict object names the first of its unknown keys', () => {
  const problem = z.safeParse(bounded(z.strictObject({})), keys(5000, Number)).error!.issues[0]
  expect(problem).toMatchObject({ code: 'unrecognized_keys' })
  expect((problem as z.core.$ZodIssueUnrecognizedKeys).keys).toHaveLength(32)
})
