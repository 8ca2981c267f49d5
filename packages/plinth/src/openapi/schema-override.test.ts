import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { router } from '../routing/router.ts'
import { responseSchema, bodySchema, documentOf, operationIn } from './documented.fixture.ts'

const written = (value: z.core.$ZodType) => {
  const schema = z.object({ value: value as z.ZodType })
  const post = router('/x').post('/', { body: schema, response: schema }, (() => 1) as never)
  const operation = operationIn(documentOf({ x: { post } }), 'x.post')
  const valueIn = (json: unknown) => (json as { properties: { value: object } }).properties.value
  return { input: valueIn(bodySchema(operation)), output: valueIn(responseSchema(operation)) }
}

const digits = '^-?(?:0|[1-9]\\d{0,4299})$'

describe('the JSON Schema of a value that JSON does not have', () => {
  it.each([
    ['a date', z.date(), { type: 'string', format: 'date-time' }],
    ['a bigint', z.bigint(), { type: 'string', pattern: digits }],
    ['a bigint of a default', z.bigint().default(5n), { default: '5', pattern: digits }],
    ['a bigint of an example', z.bigint().meta({ examples: [7n] }), { examples: ['7'] }],
    ['a literal bigint', z.literal(7n), { type: 'string', enum: ['7'] }],
  ])('is a string for %s', (_, schema, expected) => {
    expect(written(schema).input).toMatchObject(expected)
    expect(written(schema).output).toMatchObject(expected)
  })
})

describe('the JSON Schema of a set', () => {
  it('is a list in which a caller may repeat a value', () => {
    const { input, output } = written(z.set(z.bigint()).min(1).max(3))
    const items = { type: 'string', pattern: digits }
    expect(input).toEqual({ type: 'array', items, minItems: 1 })
    expect(output).toEqual({ type: 'array', items, minItems: 1, maxItems: 3, uniqueItems: true })
  })
  it('may hold objects', () => {
    const { input } = written(z.set(z.object({ at: z.date() })))
    const properties = { at: { type: 'string', format: 'date-time' } }
    expect(input).toMatchObject({ type: 'array', items: { type: 'object', properties } })
  })
})

describe('limits in JSON Schema', () => {
  it('come from the schema and not from JavaScript', () => {
    expect(written(z.int()).input).toEqual({ type: 'integer' })
    expect(written(z.int().min(1).max(9)).input).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 9,
    })
    expect(written(z.int32()).input).toMatchObject({ minimum: -2147483648, maximum: 2147483647 })
  })
})

describe('patterns in JSON Schema', () => {
  it.each([
    [z.uuid(), 'uuid'],
    [z.email(), 'idn-email'],
    [z.string().email(), 'idn-email'],
    [z.iso.date(), 'date'],
    [z.ipv4(), 'ipv4'],
  ])('are left out if the format says the same', (schema, format) => {
    expect(written(schema).input).toEqual({ type: 'string', format })
  })
  it.each([z.iso.datetime(), z.iso.datetime({ offset: true }), z.iso.time()])(
    'are kept if the format says less: %#',
    (schema) => {
      expect(written(schema).input).toHaveProperty('pattern', z.toJSONSchema(schema).pattern)
    },
  )
  it("are kept if they are the schema's own", () => {
    expect(written(z.string().regex(/^a+$/)).input).toEqual({ type: 'string', pattern: '^a+$' })
    expect(written(z.email({ pattern: /@corp\.test$/ })).input).toMatchObject({
      pattern: '@corp\\.test$',
    })
  })
})

describe('objects in JSON Schema', () => {
  it('are closed in responses only if the schema is strict', () => {
    expect(written(z.object({})).output).not.toHaveProperty('additionalProperties')
    expect(written(z.strictObject({})).output).toMatchObject({ additionalProperties: false })
    expect(written(z.strictObject({})).input).toMatchObject({ additionalProperties: false })
  })
})

describe('defaults in JSON Schema', () => {
  it('are kept, except those that differ each time', () => {
    expect(written(z.string().default('a')).input).toMatchObject({ default: 'a' })
    expect(written(z.array(z.string()).default(['a'])).input).toMatchObject({ default: ['a'] })
    const start = new Date(0)
    expect(written(z.date().default(start)).input).toMatchObject({ default: start.toISOString() })
    expect(written(z.date().default(() => new Date())).input).not.toHaveProperty('default')
    expect(written(z.uuid().default(() => crypto.randomUUID())).input).not.toHaveProperty('default')
  })
})

describe('a schema that Zod cannot describe', () => {
  it('is documented as any value', () => {
    expect(written(z.custom()).output).toEqual({})
    expect(written(z.string().transform(Number)).output).toEqual({})
    expect(written(z.string().transform(Number)).input).toEqual({ type: 'string' })
  })
})
