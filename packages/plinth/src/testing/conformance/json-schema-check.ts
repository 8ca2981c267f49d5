import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema, OpenApiDocument } from '../../openapi/openapi.types.ts'
import { compareDecimals } from '../../schemas/decimal-text.ts'
import { textFormats } from '../../schemas/kinds.ts'

/** A problem with a value. */
export interface SchemaProblem {
  /** `undeclared`: a field that the schema neither names nor forbids. */
  readonly kind: 'invalid' | 'undeclared'
  /** The path, such as `items.0.title`; empty for the value itself. */
  readonly path: string
  readonly message: string
}

type Document = Pick<OpenApiDocument, 'components'>
type Fields = Readonly<Record<string, unknown>>

/** The problems of a value, including its undeclared fields. */
interface Outcome {
  readonly problems: readonly SchemaProblem[]
  readonly named: ReadonlySet<string>
}

/**
 * Validates a value against a JSON Schema (2020-12), as OpenAPI documents use it.
 *
 * Unlike JSON Schema, it reports fields that no schema names: everything that is sent must be
 * documented.
 */
export function checkJsonSchema(
  schema: JsonSchema,
  value: unknown,
  document: Document,
): SchemaProblem[] {
  return closed(schema, value, { document, path: [] })
}

interface Place {
  readonly document: Document
  readonly path: readonly (string | number)[]
}
const into = ({ document, path }: Place, part: string | number): Place => ({
  document,
  path: [...path, part],
})
const invalid = ({ path }: Place, message: string): SchemaProblem => ({
  kind: 'invalid',
  path: path.join('.'),
  message,
})

/** The problems of a value, its unnamed fields among them. */
function closed(schema: JsonSchema, value: unknown, place: Place): SchemaProblem[] {
  const { problems, named } = check(schema, value, place)
  if (!isFields(value)) return [...problems]
  const undeclared = Object.keys(value)
    .filter((key) => !named.has(key))
    .map((key): SchemaProblem => {
      const path = into(place, key).path.join('.')
      return { kind: 'undeclared', path, message: 'The schema does not declare this field' }
    })
  return [...problems, ...undeclared]
}

function check(schema: JsonSchema, value: unknown, place: Place): Outcome {
  const own = [...scalarProblems(schema, value, place), ...itemProblems(schema, value, place)]
  const parts: Outcome[] = [{ problems: own, named: new Set() }]
  if (isFields(value)) parts.push(checkFields(schema, value, place))
  if (typeof schema['$ref'] === 'string')
    parts.push(check(resolve(schema, place.document), value, place))
  for (const part of schemasOf(schema['allOf'])) parts.push(check(part, value, place))
  for (const key of ['anyOf', 'oneOf'] as const)
    if (Array.isArray(schema[key])) parts.push(checkChoice(schema, key, { value, place }))
  return {
    problems: parts.flatMap(({ problems }) => problems),
    named: new Set(parts.flatMap(({ named }) => [...named])),
  }
}

/** Resolves a reference. A schema without one is returned unchanged. */
export function resolve(schema: JsonSchema, document: Document): JsonSchema {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const name = reference.replace('#/components/schemas/', '')
  const found = document.components.schemas?.[name]
  if (found === undefined) throw new TypeError(`Reference not found in the document: ${reference}`)
  return resolve(found, document)
}

function checkChoice(
  schema: JsonSchema,
  key: 'anyOf' | 'oneOf',
  { value, place }: { value: unknown; place: Place },
): Outcome {
  const outcomes = schemasOf(schema[key]).map((part) => check(part, value, place))
  const fitting = outcomes.filter(({ problems }) => problems.length === 0)
  const named = new Set(fitting.flatMap((outcome) => [...outcome.named]))
  const wrong = fitting.length === 0 || (key === 'oneOf' && fitting.length > 1)
  if (!wrong) return { problems: [], named }
  // the alternative with the fewest problems explains the mismatch best
  const [nearest] = outcomes.toSorted((a, b) => a.problems.length - b.problems.length)
  return {
    problems: [
      invalid(place, `Matches ${fitting.length} of ${outcomes.length} alternatives`),
      ...(nearest?.problems ?? []),
    ],
    named: fitting.length > 0 ? named : new Set(outcomes.flatMap((outcome) => [...outcome.named])),
  }
}

function checkFields(schema: JsonSchema, value: Fields, place: Place): Outcome {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>
  const problems: SchemaProblem[] = []
  for (const name of (schema['required'] ?? []) as string[])
    if (!Object.hasOwn(value, name))
      problems.push(invalid(into(place, name), 'Required, but missing'))
  const rest = Object.keys(value).filter((name) => !Object.hasOwn(properties, name))
  for (const [name, property] of Object.entries(properties))
    if (Object.hasOwn(value, name))
      problems.push(...closed(property, value[name], into(place, name)))
  const additional = schema['additionalProperties'] as JsonSchema | boolean | undefined
  if (additional === false)
    for (const name of rest) problems.push(invalid(into(place, name), 'Not allowed'))
  else if (typeof additional === 'object')
    for (const name of rest) problems.push(...closed(additional, value[name], into(place, name)))
  const names = schema['propertyNames'] as JsonSchema | undefined
  if (names !== undefined)
    for (const name of Object.keys(value)) problems.push(...closed(names, name, into(place, name)))
  return {
    problems,
    named: new Set(isOpen(schema) ? Object.keys(value) : Object.keys(properties)),
  }
}

const structural = ['properties', '$ref', 'allOf', 'anyOf', 'oneOf']

/** Tests whether a schema describes its other fields itself, or does not describe fields at all. */
const isOpen = (schema: JsonSchema): boolean =>
  schema['additionalProperties'] !== undefined || structural.every((key) => !(key in schema))

function itemProblems(schema: JsonSchema, value: unknown, place: Place): SchemaProblem[] {
  if (!Array.isArray(value)) return []
  const first = schemasOf(schema['prefixItems'])
  const rest = schema['items'] as JsonSchema | boolean | undefined
  return value.flatMap((item, at) => {
    const own = first[at] ?? (typeof rest === 'object' ? rest : undefined)
    if (own !== undefined) return closed(own, item, into(place, at))
    return rest === false ? [invalid(into(place, at), 'Too many items')] : []
  })
}

// each rule takes the type of limit that its keyword has
function scalarProblems(schema: JsonSchema, value: unknown, place: Place): SchemaProblem[] {
  return Object.entries(rules)
    .filter(([keyword, holds]) => keyword in schema && !holds(schema[keyword] as never, value))
    .map(([keyword]) => invalid(place, `${keyword}: ${JSON.stringify(schema[keyword])}`))
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const schemasOf = (list: unknown): JsonSchema[] => (Array.isArray(list) ? list : [])

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  array: Array.isArray,
  object: isFields,
}

/** A rule for values of one type. Other values pass, as in JSON Schema. */
const of =
  <V>(is: (value: unknown) => boolean, holds: (limit: never, value: V) => boolean) =>
  (limit: never, value: unknown): boolean =>
    !is(value) || holds(limit, value as V)

const text = (holds: (limit: never, value: string) => boolean) =>
  of<string>(types['string']!, holds)
const number = (holds: (limit: number, value: number) => boolean) =>
  of<number>(types['number']!, holds)
const list = (holds: (limit: never, value: unknown[]) => boolean) =>
  of<unknown[]>(Array.isArray, holds)
const fields = (holds: (limit: never, value: Fields) => boolean) => of<Fields>(isFields, holds)
const length = (value: string): number => [...value].length

/** Tests by keyword. Each takes the limit from the schema, whose type it knows. */
const rules: Readonly<Record<string, (limit: never, value: unknown) => boolean>> = {
  type: (limit: string | string[], value) =>
    [limit].flat().some((name) => types[name]?.(value) ?? false),
  const: (limit: unknown, value) => isDeepStrictEqual(limit, value),
  enum: (limit: unknown[], value) => limit.some((one) => isDeepStrictEqual(one, value)),
  not: (limit: JsonSchema, value) =>
    check(limit, value, { document: { components: {} }, path: [] }).problems.length > 0,
  minLength: text((limit: number, value) => length(value) >= limit),
  maxLength: text((limit: number, value) => length(value) <= limit),
  pattern: text((limit: string, value) => new RegExp(limit, 'u').test(value)),
  format: text((limit: string, value) => textFormats.get(limit)?.accepts(value) ?? true),
  'x-minimum': text((limit: string, value) => (compareDecimals(value, limit) ?? 0n) >= 0n),
  'x-maximum': text((limit: string, value) => (compareDecimals(value, limit) ?? 0n) <= 0n),
  minimum: number((limit, value) => value >= limit),
  maximum: number((limit, value) => value <= limit),
  exclusiveMinimum: number((limit, value) => value > limit),
  exclusiveMaximum: number((limit, value) => value < limit),
  multipleOf: number((limit, value) => Number.isInteger(Number((value / limit).toFixed(9)))),
  minItems: list((limit: number, value) => value.length >= limit),
  maxItems: list((limit: number, value) => value.length <= limit),
  uniqueItems: list(
    (limit: boolean, value) =>
      !limit || new Set(value.map((item) => JSON.stringify(item))).size === value.length,
  ),
  minProperties: fields((limit: number, value) => Object.keys(value).length >= limit),
  maxProperties: fields((limit: number, value) => Object.keys(value).length <= limit),
}
