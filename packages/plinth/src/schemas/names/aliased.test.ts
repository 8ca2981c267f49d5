import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { aliased } from './aliased.ts'
import { applyNaming } from './apply-naming.ts'
import { compiled } from '../compiled.ts'
import { encode, sentSchema } from '../encode.ts'
import { nameBy, sortBy } from './naming-rules.ts'
import { wire } from '../wire.ts'

const Item = aliased(
  z.object({ itemId: z.int(), addedAt: z.date(), note: z.string().optional() }),
  {
    itemId: 'id',
    addedAt: 'added_at',
  },
)
const decode = (schema: z.core.$ZodType, value: unknown) =>
  compiled(wire(schema, 'json')).decode(value)
const problems = (schema: z.core.$ZodType, value: unknown) => {
  const result = decode(schema, value)
  return result.ok ? [] : result.issues.map(({ path }) => path)
}

describe('aliased()', () => {
  it('reads the names on the wire, and writes them', () => {
    const sent = { id: 1, added_at: '2026-01-02T03:04:05.000Z' }
    const value = { itemId: 1, addedAt: new Date('2026-01-02T03:04:05Z') }
    expect(decode(Item, sent)).toEqual({ ok: true, value })
    expect(encode(Item, value)).toEqual(sent)
  })
  it('parses and encodes with Zod itself by the same names', () => {
    const at = new Date(0)
    expect(Item.parse({ id: 1, added_at: at })).toEqual({ itemId: 1, addedAt: at })
    expect(z.encode(Item, { itemId: 1, addedAt: at })).toEqual({ id: 1, added_at: at })
    expect(Item.safeParse({ itemId: 1, addedAt: at }).success).toBe(false)
  })
  it('keeps the names in what is picked, extended, made partial or refined', () => {
    expect(Item.pick({ itemId: true }).parse({ id: 1 })).toEqual({ itemId: 1 })
    expect(Item.omit({ addedAt: true }).parse({ id: 1 })).toEqual({ itemId: 1 })
    expect(Item.partial().parse({ id: 1 })).toEqual({ itemId: 1 })
    const more = Item.pick({ itemId: true }).extend({ newField: z.string() })
    expect(more.parse({ id: 1, newField: 'x' })).toEqual({ itemId: 1, newField: 'x' })
    const refined = Item.refine(({ itemId }) => itemId > 0, { path: ['itemId'] })
    expect(problems(refined, { id: -1, added_at: '2026-01-02T03:04:05Z' })).toEqual([['id']])
    const custom = Item.superRefine((_, context) =>
      context.addIssue({ code: 'custom', path: ['addedAt'], message: 'late' }),
    )
    expect(problems(custom, { id: 1, added_at: '2026-01-02T03:04:05Z' })).toEqual([['added_at']])
  })
  it('works inside lists, options, unions, defaults and other objects', () => {
    const Inner = aliased(z.object({ theName: z.string() }), 'snake_case')
    const Outer = z.object({
      list: z.array(Inner),
      maybe: Inner.nullable().optional(),
      either: z.union([z.string(), Inner]),
      filled: Inner.default({ theName: 'd' }),
    })
    const sent = { list: [{ the_name: 'a' }], maybe: null, either: { the_name: 'b' } }
    const value = {
      list: [{ theName: 'a' }],
      maybe: null,
      either: { theName: 'b' },
      filled: { theName: 'd' },
    }
    expect(decode(Outer, sent)).toEqual({ ok: true, value })
    expect(encode(Outer, value)).toEqual({ ...sent, filled: { the_name: 'd' } })
  })
  it('tells the options of a discriminated union apart by the name on the wire', () => {
    const Cat = aliased(z.object({ petType: z.literal('cat'), livesLeft: z.int() }), 'snake_case')
    const Dog = aliased(z.object({ petType: z.literal('dog'), at: z.date() }), 'snake_case')
    const Pet = z.discriminatedUnion('petType', [Cat, Dog])
    const dog = { petType: 'dog' as const, at: new Date(0) }
    expect(decode(Pet, { pet_type: 'cat', lives_left: 9 })).toMatchObject({
      value: { petType: 'cat', livesLeft: 9 },
    })
    expect(encode(Pet, dog)).toEqual({ pet_type: 'dog', at: '1970-01-01T00:00:00.000Z' })
    const Odd = z.discriminatedUnion('petType', [Cat, z.object({ petType: z.literal('dog') })])
    expect(() => decode(Odd, {})).toThrow('different names for "petType"')
  })
  it('never lets a name of the code overwrite a field of an object that is open', () => {
    const Open = aliased(z.looseObject({ isAdmin: z.boolean() }), { isAdmin: 'is_admin' })
    const sent = { is_admin: false, isAdmin: true, more: 1 }
    expect(decode(Open, sent)).toEqual({ ok: true, value: { isAdmin: false, more: 1 } })
  })
  it('swaps two names', () => {
    const Swapped = aliased(z.object({ a: z.int(), b: z.int() }), { a: 'b', b: 'a' })
    expect(decode(Swapped, { a: 1, b: 2 })).toEqual({ ok: true, value: { a: 2, b: 1 } })
    expect(encode(Swapped, { a: 2, b: 1 })).toEqual({ b: 2, a: 1 })
  })
  it('drops fields that the schema does not name', () => {
    const secret = { itemId: 1, addedAt: new Date(0), id: 'x', secret: 's' }
    expect(encode(Item, secret)).toEqual({ id: 1, added_at: '1970-01-01T00:00:00.000Z' })
  })
  it('runs one-way transforms of a response', () => {
    const Sized = aliased(z.object({ textSize: z.string().transform((text) => text.length) }), {
      textSize: 'text_size',
    })
    expect(sentSchema(Sized).encode({ textSize: 'four' })).toEqual({
      ok: true,
      value: { text_size: 4 },
    })
  })
  it.each([
    [{ itemId: 'other', other: 'other' }, 'is also that of'],
    [{ itemId: '' }, 'its name on the wire is ""'],
    [{ itemid: 'x' }, 'the schema has no field "itemid"'],
    ['kebab', "Expected one of: 'snake_case', 'camelCase'"],
  ])('refuses the names %j', (names, problem) => {
    const schema = z.object({ itemId: z.int(), other: z.int() })
    expect(() => aliased(schema, names as never)).toThrow(problem)
  })
})

describe('a rule of names', () => {
  it.each([
    ['createdAt', 'created_at'],
    ['userID', 'user_id'],
    ['HTMLParser', 'html_parser'],
    ['a1B', 'a1_b'],
    ['already_snake', 'already_snake'],
    ['dueAt.lt', 'due_at.lt'],
    ['x', 'x'],
    ['_privateName', '_private_name'],
  ])('snake_case writes %s as %s', (name, expected) => {
    expect(nameBy(name, 'snake_case')).toBe(expected)
    expect(nameBy(expected, 'snake_case')).toBe(expected)
  })
  it.each([
    ['created_at', 'createdAt'],
    ['a_b_c', 'aBC'],
    ['_private_name', '_privateName'],
    ['a__b', 'a__b'],
    ['end_', 'end_'],
    ['alreadyCamel', 'alreadyCamel'],
  ])('camelCase writes %s as %s', (name, expected) => {
    expect(nameBy(name, 'camelCase')).toBe(expected)
    expect(nameBy(expected, 'camelCase')).toBe(expected)
  })
  it('keeps the sign of a sort order', () => {
    expect(sortBy('-createdAt', 'snake_case')).toBe('-created_at')
  })
})

describe('applyNaming()', () => {
  const snake = (schema: z.core.$ZodType) => applyNaming(schema, 'snake_case', 'input')

  it('returns the same schema if no field has another name', () => {
    const Same = z.object({ name: z.string(), list: z.array(z.object({ id: z.int() })) })
    expect(snake(Same)).toBe(Same)
    const Named = z.object({ userId: z.int() })
    expect(snake(Named)).toBe(snake(Named))
  })
  it('renames recursive schemas', () => {
    const Node = z.object({
      nodeName: z.string(),
      get childNodes() {
        return z.array(Node)
      },
    })
    const sent = { node_name: 'a', child_nodes: [{ node_name: 'b', child_nodes: [] }] }
    expect(decode(snake(Node), sent)).toEqual({
      ok: true,
      value: { nodeName: 'a', childNodes: [{ nodeName: 'b', childNodes: [] }] },
    })
  })
  it('renames the side of a pipe that is on the wire', () => {
    const Piped = z
      .object({ userName: z.string() })
      .transform(({ userName }) => ({ userName: userName.trim() }))
      .pipe(z.object({ userName: z.string().min(1) }))
    expect(decode(snake(Piped), { user_name: ' a ' })).toEqual({
      ok: true,
      value: { userName: 'a' },
    })
  })
  it('refuses a name of its own that does not follow the rule, and keys of records that do not', () => {
    const Own = aliased(z.object({ userId: z.int() }), { userId: 'userID' })
    expect(() => snake(Own)).toThrow('Write "user_id"')
    const Record = z.object({ data: z.record(z.enum(['dayOne']), z.int()) })
    expect(() => snake(Record)).toThrow('keys are data')
    expect(() => snake(z.object({ userId: z.int(), user_id: z.int() }))).toThrow('is also that of')
  })
})
