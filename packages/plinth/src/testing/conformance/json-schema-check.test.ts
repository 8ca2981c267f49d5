import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../openapi/openapi.types.ts'
import { checkJsonSchema } from './json-schema-check.ts'

const document = {
  components: {
    schemas: {
      Tag: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      Tree: {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
    },
  },
}
const tag = { $ref: '#/components/schemas/Tag' }
const problems = (schema: JsonSchema, value: unknown) =>
  checkJsonSchema(schema, value, document).map(({ kind, path }) => `${kind} ${path}`.trim())

describe('checkJsonSchema()', () => {
  it.each<[JsonSchema, unknown[], unknown[]]>([
    [{ type: 'integer' }, [0, -1, 1e15], [1.5, '1', null, true, [], {}]],
    [{ type: ['string', 'null'] }, ['', null], [0, {}]],
    [{ type: 'number', minimum: 1, exclusiveMaximum: 2 }, [1, 1.9], [0.9, 2]],
    [{ multipleOf: 0.1 }, [0.3, 1, 'x'], [0.25]],
    [{ type: 'string', minLength: 2, maxLength: 3 }, ['ab', '🦊🦊🦊'], ['a', '🦊', 'abcd']],
    [{ pattern: '^a+$' }, ['aa', 1], ['b', '']],
    [{ enum: ['a', 1, null] }, ['a', 1, null], ['1', 'b', false]],
    [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [2] }]],
    [{ not: { type: 'null' } }, [0], [null]],
    [{ type: 'array', items: { type: 'integer' }, maxItems: 2 }, [[], [1, 2]], [['1'], [1, 2, 3]]],
    [{ uniqueItems: true }, [[1, 2]], [[1, 1]]],
    [{ prefixItems: [{ type: 'string' }], items: false }, [[], ['a']], [[1], ['a', 'b']]],
    [{ anyOf: [{ type: 'null' }, { minimum: 3 }] }, [null, 3], [2]],
    [{ oneOf: [{ minimum: 3 }, { maximum: 5 }] }, [2, 6], [4]],
    [{ allOf: [{ minimum: 3 }, { maximum: 5 }] }, [4], [2, 6]],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, [{}, { a: 1 }], [{ a: 'x' }]],
    [{ type: 'object', propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
    [{ type: 'object', minProperties: 1 }, [{ a: 1 }], [{}]],
    [tag, [{ name: 'x' }], [{}, { name: 1 }, null]],
    [{ format: 'uuid' }, ['123E4567-e89b-12d3-a456-426614174000'], ['123e4567']],
    [
      { format: 'date-time' },
      ['2024-02-29T23:59:59.5+05:30', '2031-01-01T00:00:00Z'],
      ['2023-02-29T00:00:00Z', '2031-01-01', '2031-01-01T24:00:00Z', '2031-01-01T00:00:00'],
    ],
    [{ format: 'date' }, ['2024-02-29'], ['2023-02-29', '2024-2-1']],
    [{ format: 'email' }, ['a@b.c'], ['a@b', 'a b@c.d']],
    [{ format: 'uri' }, ['https://a/b'], ['a b']],
    [{ format: 'ipv4' }, ['1.2.3.4'], ['1.2.3.256', '::1']],
    [{ format: 'ipv6' }, ['::1'], ['1.2.3.4']],
  ])('%j', (schema, right, wrong) => {
    for (const value of right) expect([value, ...problems(schema, value)]).toEqual([value])
    for (const value of wrong) expect([value, problems(schema, value)]).not.toEqual([value, []])
  })

  it('reports the path of a problem', () => {
    const schema = { type: 'object', properties: { tags: { type: 'array', items: tag } } }
    expect(problems(schema, { tags: [{ name: 'x' }, { name: 1 }, {}] })).toEqual([
      'invalid tags.1.name',
      'invalid tags.2.name',
    ])
  })

  it('reports undeclared fields at any depth', () => {
    expect(problems(tag, { name: 'x', secret: 1 })).toEqual(['undeclared secret'])
    expect(problems({ items: tag }, [{ name: 'x', secret: 1 }])).toEqual(['undeclared 0.secret'])
    const tree = { $ref: '#/components/schemas/Tree' }
    expect(problems(tree, { children: [{ children: [{ secret: 1 }] }] })).toEqual([
      'undeclared children.0.children.0.secret',
    ])
  })

  it('accepts a field that one of several parts declares', () => {
    const more = { properties: { size: { type: 'integer' } } }
    const both = { allOf: [tag, more] }
    expect(problems(both, { name: 'x', size: 1 })).toEqual([])
    expect(problems(both, { name: 'x', size: 1, secret: 1 })).toEqual(['undeclared secret'])
    const either = { anyOf: [tag, { type: 'null' }] }
    expect(problems(either, { name: 'x', secret: 1 })).toEqual(['undeclared secret'])
  })

  it('accepts any field if a schema does not describe fields', () => {
    for (const schema of [{}, { type: 'object' }, { type: 'object', additionalProperties: {} }])
      expect(problems(schema, { a: { b: 1 } })).toEqual([])
  })

  it('refuses a reference to nothing', () => {
    expect(() => problems({ $ref: '#/components/schemas/None' }, 1)).toThrow(
      'Reference not found in the document: #/components/schemas/None',
    )
  })
})
