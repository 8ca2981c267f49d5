import { internationalEmail } from '../../schemas/kinds/email.ts'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { decimal } from '../../schemas/decimal.ts'
import type { JsonSchema } from '../../openapi/openapi.types.ts'
import { schemaOverride } from '../../openapi/schema-override.ts'
import { edgeValues } from './edge-values.ts'
import { generateValue, nothing, type ValueGenerator } from './generate-value.ts'
import { seededRandom } from './seeded-random.ts'

const document = { components: {} }
const generatorOf = (seed: number, more: Partial<ValueGenerator> = {}): ValueGenerator => ({
  document,
  random: seededRandom(seed),
  values: {},
  ...more,
})

// Zod is the judge of the values: it wrote the schemas, and does not know the generator
const schemas: readonly z.ZodType[] = [
  z.string().min(3).max(5),
  z.int().min(-3).max(3),
  z.number().gt(0).lt(1),
  z.number().multipleOf(5),
  z.boolean(),
  z.null(),
  z.enum(['a', 'b']),
  z.literal([1, 'x']),
  z.uuid(),
  // the same class with another pattern
  internationalEmail(z.email()) as z.ZodEmail,
  z.url(),
  z.iso.datetime({ offset: true }),
  z.iso.date(),
  z.iso.time(),
  z.ipv4(),
  z.ipv6(),
  z.string().regex(/^\d+$/),
  z.string().regex(/^[a-z][a-z0-9-]{0,38}[^-\s"]$/),
  z.string().regex(/^(?:\*|(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*)$/),
  z.string().regex(/^v\d{1,3}(?:\.\d{1,3}){2}(?:-(?:alpha|beta)\.\d)?$/),
  z.string().regex(/^\w{2,}@[\w.-]+$/),
  z.hex(),
  decimal({ precision: 10, scale: 2 }),
  decimal({ precision: 5, scale: 5, min: '-0.5' }),
  decimal({ precision: 30, scale: 0, max: '7' }),
  decimal({ precision: 60, scale: 20, min: '0.01', max: '123456789012345678901234567890.5' }),
  decimal({ precision: 8, scale: 2, min: '-1.5', max: '-1.5' }).nullable(),
  z.base64url(),
  z.array(z.int()).min(1).max(2),
  z.tuple([z.string(), z.int()]),
  z.union([z.string().max(3), z.int().nonnegative(), z.null()]),
  z.intersection(z.object({ a: z.int() }), z.object({ b: z.string() })),
  z.strictObject({ a: z.string().min(1), b: z.int().nullable(), c: z.boolean().optional() }),
  z.object({ list: z.array(z.object({ id: z.uuid(), at: z.iso.date().optional() })).max(3) }),
]
const jsonOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => schemaOverride({ zodSchema, jsonSchema, io: 'input' }),
  }) as JsonSchema

describe.each(schemas.map((schema) => [JSON.stringify(jsonOf(schema)).slice(0, 90), schema]))(
  '%s',
  (_, schema) => {
    it('generates values that fit', () => {
      for (let seed = 0; seed < 60; seed += 1) {
        const value = generateValue(jsonOf(schema), generatorOf(seed))
        expect(z.safeParse(schema, value).error?.message, String(value)).toBeUndefined()
      }
    })

    it('judges edge values as Zod does', () => {
      const base = generateValue(jsonOf(schema), generatorOf(1, { full: true }))
      const edges = edgeValues(jsonOf(schema), base, document)
      expect(edges.some(({ verdict }) => verdict === 'misfit')).toBe(true)
      for (const { name, value, verdict } of edges) {
        const { success } = z.safeParse(schema, value)
        expect([name, value, success]).toEqual([name, value, verdict !== 'misfit'])
      }
    })
  },
)

describe('generateValue()', () => {
  it('uses the known values of a name, if they fit', () => {
    const schema = jsonOf(z.object({ id: z.uuid(), n: z.int() }))
    const id = '123e4567-e89b-42d3-a456-426614174000'
    const values = { id: [id, null], n: ['x'] }
    expect(generateValue(schema, generatorOf(1, { values }))).toEqual({ id, n: expect.any(Number) })
  })

  it('reports that no value fits', () => {
    expect(generateValue({ type: 'string', pattern: '^(?=q)q{7}$' }, generatorOf(1))).toBe(nothing)
  })

  it('ends for a recursive schema', () => {
    const tree: JsonSchema = {
      type: 'object',
      properties: {
        left: { anyOf: [{ $ref: '#/components/schemas/Tree' }, { type: 'null' }] },
        all: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
      },
    }
    const own = { components: { schemas: { Tree: tree } } }
    for (let seed = 0; seed < 20; seed += 1)
      expect(generateValue(tree, { ...generatorOf(seed), document: own })).toBeTypeOf('object')
  })

  it('generates the same values for the same seed', () => {
    const schema = jsonOf(schemas.at(-1)!)
    const twice = [3, 3].map((seed) => generateValue(schema, generatorOf(seed)))
    expect(twice[0]).toEqual(twice[1])
  })
})
