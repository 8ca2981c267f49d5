import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { router } from '../../routing/router.ts'
import { decimal } from '../../schemas/decimal.ts'
import { wire } from '../../schemas/wire.ts'
import { documentOf, operationIn } from '../documented.fixture.ts'

const items = router('/items')
const nothing = (() => undefined) as never
type Options = Parameters<typeof items.post>[1]

/** The example of a body of this schema in the document. */
function exampleOf(body: z.ZodType, options: Options = {}): unknown {
  const create = items.post('/', { body, ...options } as never, nothing)
  const { requestBody } = operationIn(documentOf({ items: { create } }), 'items.create')
  return requestBody?.content['application/json']?.example
}

const Tree: z.ZodType = z
  .object({ name: z.string(), children: z.lazy(() => z.array(Tree)) })
  .meta({ id: 'Tree' })

describe('the example of a JSON body in the OpenAPI document', () => {
  it('has no invented id where an id may be missing, null, or not in a list', () => {
    const id = z.uuid()
    const body = z.object({ a: id.nullable(), b: id.optional(), c: id.nullish(), d: z.array(id) })
    expect(exampleOf(body)).toEqual({ a: null, c: null, d: [] })
    expect(exampleOf(z.object({ id }))).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/) })
  })

  it('takes what the schema says: an example, a default, a literal, the first of an enum', () => {
    const body = z.object({
      title: z.string().meta({ examples: ['Milk'] }),
      count: z.int().default(3),
      kind: z.literal('note'),
      size: z.enum(['small', 'large']),
      color: z.enum(['red', 'blue']).default('blue'),
    })
    const expected = { title: 'Milk', count: 3, kind: 'note', size: 'small', color: 'blue' }
    expect(exampleOf(body)).toEqual(expected)
    expect(exampleOf(body.meta({ examples: [{ title: 'Eggs' }] }))).toEqual({ title: 'Eggs' })
  })

  it.each([
    ['names and lengths of text', z.object({ dueNote: z.string(), a: z.string().min(3).max(5) })],
    [
      'codes',
      z.object({ slug: z.string().regex(/^[a-z]+(-[a-z]+)*$/), iso: z.string().length(3) }),
    ],
    ['formats', z.object({ email: z.email(), url: z.url(), ip: z.ipv4(), day: z.iso.date() })],
    ['a date in the future', z.object({ at: z.date().min(new Date()) })],
    [
      'numbers',
      z.object({ a: z.int().min(5), b: z.number().max(-2), c: z.number().multipleOf(4) }),
    ],
    ['numbers between', z.object({ a: z.number().gt(0).lt(1), b: z.int().gt(7), c: z.int() })],
    ['money', z.object({ price: decimal({ precision: 8, scale: 2 }) })],
    ['a union', z.union([z.object({ by: z.literal('card'), card: z.string() }), z.null()])],
    [
      'lists and records',
      z.object({ a: z.array(z.int()).min(1), b: z.record(z.string(), z.int()) }),
    ],
    ['a schema within itself', Tree],
  ])('passes its own validation: %s', (_, body) => {
    const example = exampleOf(body)
    expect(example).toBeDefined()
    expect(z.safeParse(wire(body, 'json'), example).error).toBeUndefined()
  })

  it('is absent if a required value has a pattern that none of the tried texts has', () => {
    expect(exampleOf(z.object({ code: z.string().regex(/^[A-Z]{2}\d{7}$/) }))).toBeUndefined()
    expect(
      exampleOf(
        z.object({
          code: z
            .string()
            .regex(/^[A-Z]{2}\d{7}$/)
            .optional(),
        }),
      ),
    ).toEqual({})
  })

  it('leaves the examples of the route alone', () => {
    const examples = { body: { one: { value: { title: 'Milk' } } } }
    expect(exampleOf(z.object({ title: z.string() }), { examples })).toBeUndefined()
  })
})
