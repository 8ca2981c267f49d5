import type { JsonSchema, OpenApiDocument } from '../../openapi/openapi.types.ts'
import { textFormats } from '../../schemas/kinds.ts'
import { resolve } from './closed-schema.ts'
import { checkJsonSchema } from './json-schema-check.ts'

/** A value at or beyond a limit of a schema. */
export interface EdgeValue {
  /** Such as `title: maxLength + 1`. */
  readonly name: string
  readonly value: unknown
  readonly verdict: Verdict
}

/**
 * The verdict of a schema on a value.
 *
 * `open` means that the value has a field that the schema neither names nor forbids.
 */
export type Verdict = 'fits' | 'misfit' | 'open'

/** Judges a value by a schema. */
export function verdictOf(schema: JsonSchema, value: unknown, document: Document): Verdict {
  const problems = checkJsonSchema(schema, value, document)
  if (problems.some(({ kind }) => kind === 'invalid')) return 'misfit'
  return problems.length > 0 ? 'open' : 'fits'
}

type Document = Pick<OpenApiDocument, 'components'>
type Named = readonly [name: string, value: unknown]

/**
 * Generates the edge values of a schema.
 *
 * They are at its limits and one beyond, of every wrong type, and without each field.
 *
 * @param base - a valid value. Each edge value differs from it in one part.
 */
export function edgeValues(schema: JsonSchema, base: unknown, document: Document): EdgeValue[] {
  const seen = new Set<string>()
  return [...variants(schema, base, document)].flatMap(([name, value]) => {
    const text = JSON.stringify(value)
    if (seen.has(text)) return []
    seen.add(text)
    return [{ name, value, verdict: verdictOf(schema, value, document) }]
  })
}

function* variants(schema: JsonSchema, base: unknown, document: Document): Generator<Named> {
  const resolved = resolve(schema, document)
  for (const [type, value] of ofEachType) yield [`is ${type}`, value]
  for (const part of [resolved, ...alternatives(resolved, document)]) yield* limits(part)
  if (isFields(base)) yield* fieldVariants(resolved, base, document)
  if (Array.isArray(base)) yield* itemVariants(resolved, base, document)
}

const ofEachType: readonly Named[] = [
  ['null', null],
  ['a boolean', true],
  ['zero', 0],
  ['a fraction', 1.5],
  ['text', 'text'],
  ['empty text', ''],
  ['digits', '1'],
  ['a list', []],
  ['an object', {}],
]

const alternatives = (schema: JsonSchema, document: Document): JsonSchema[] =>
  [schema['anyOf'], schema['oneOf'], schema['allOf']]
    .flatMap((list) => (Array.isArray(list) ? (list as JsonSchema[]) : []))
    .map((part) => resolve(part, document))

/** Longer values test the limit of the body instead of the limit of the schema. */
const longest = 20_000

function* limits(schema: JsonSchema): Generator<Named> {
  const limit = (name: string): number | undefined => schema[name] as number | undefined
  const plain = schema['format'] === undefined && schema['pattern'] === undefined
  for (const name of ['minLength', 'maxLength'])
    if (plain && (limit(name) ?? longest) < longest)
      for (const off of [-1, 0, 1])
        if (limit(name)! + off >= 0)
          yield [`${name} ${signed(off)}`, 'x'.repeat(limit(name)! + off)]
  for (const name of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])
    if (limit(name) !== undefined)
      for (const off of [-1, 0, 1]) yield [`${name} ${signed(off)}`, limit(name)! + off]
  if (Array.isArray(schema['enum'])) {
    yield* (schema['enum'] as unknown[]).map((value): Named => [`is ${String(value)}`, value])
    yield ['is not one of the choices', 'no-such-choice']
  }
  const { edges = [] } = textFormats.get(String(schema['format'])) ?? {}
  const texts = typeof edges === 'function' ? edges(schema) : edges
  yield* texts.map((value): Named => [`is ${value}`, value])
}

const signed = (off: number): string => (off === 0 ? '' : off > 0 ? `+ ${off}` : `- ${-off}`)

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function* fieldVariants(schema: JsonSchema, base: Fields, document: Document): Generator<Named> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>
  for (const [name, property] of Object.entries(properties)) {
    const { [name]: own, ...rest } = base
    yield [`${name} is absent`, rest]
    for (const [what, value] of variants(property, own, document))
      yield [`${name}: ${what}`, { ...base, [name]: value }]
  }
  yield ['has an unknown field', { ...base, 'no-such-field': 1 }]
  yield ['has a field in capitals', { ...base, [(Object.keys(base)[0] ?? 'x').toUpperCase()]: 1 }]
}

function* itemVariants(schema: JsonSchema, base: unknown[], document: Document): Generator<Named> {
  const item = schema['items'] as JsonSchema | undefined
  for (const name of ['minItems', 'maxItems']) {
    const limit = schema[name]
    if (typeof limit === 'number' && limit < longest && base.length > 0)
      for (const off of [-1, 0, 1])
        if (limit + off >= 0)
          yield [
            `${name} ${signed(off)}`,
            Array.from({ length: limit + off }, (_, at) => base[at % base.length]),
          ]
  }
  if (typeof item === 'object' && base.length > 0)
    for (const [what, value] of variants(item, base[0], document))
      yield [`0: ${what}`, [value, ...base.slice(1)]]
}
