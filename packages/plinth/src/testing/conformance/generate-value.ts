import type { JsonSchema, OpenApiDocument } from '../../openapi/openapi.types.ts'
import { textFormats } from '../../schemas/kinds.ts'
import { randomHex } from '../../schemas/kinds/uuid.ts'
import { resolve } from './closed-schema.ts'
import { checkJsonSchema } from './json-schema-check.ts'
import { generateText } from './generate-text.ts'
import type { SeededRandom } from './seeded-random.ts'

/** The settings of a generator. */
export interface ValueGenerator {
  readonly document: Pick<OpenApiDocument, 'components'>
  readonly random: SeededRandom
  /**
   * Values by the name of the field or parameter, for schemas that do not say which values exist.
   */
  readonly values: Readonly<Record<string, readonly unknown[]>>
  /** True if all optional values are present. Default: each with a chance of one half. */
  readonly full?: boolean
}

/** Tests whether an optional value is left out this time. */
export const leavesOut = ({ full, random }: ValueGenerator): boolean =>
  full !== true && random.oneIn(2)

/** The known values for a name that fit the schema; undefined for an unknown name. */
export const knownValues = (
  name: string,
  schema: JsonSchema,
  { values, document }: ValueGenerator,
): unknown[] | undefined =>
  values[name]?.filter((value) => checkJsonSchema(schema, value, document).length === 0)

/** The result if no value fits, usually because a pattern has a lookaround. */
export const nothing: unique symbol = Symbol('nothing fits')

const attempts = 40

/** Generates a random value that fits a schema, or {@link nothing}. */
export function generateValue(schema: JsonSchema, generator: ValueGenerator, depth = 0): unknown {
  const { document } = generator
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const value = candidate(resolve(schema, document), generator, depth)
    if (value !== nothing && checkJsonSchema(schema, value, document).length === 0) return value
  }
  return nothing
}

function candidate(schema: JsonSchema, generator: ValueGenerator, depth: number): unknown {
  const { random } = generator
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum'] as unknown[])
  for (const key of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[key])) {
      const { [key]: _, ...rest } = schema
      const part = resolve(random.pick(schema[key] as JsonSchema[]), generator.document)
      return candidate({ ...rest, ...part }, generator, depth)
    }
  if (Array.isArray(schema['allOf'])) return ofAll(schema, generator, depth)
  const kinds = [schema['type'] ?? (schema['properties'] ? 'object' : 'string')].flat() as string[]
  const make = makers[random.pick(kinds)]
  return make === undefined ? nothing : make(schema, generator, depth)
}

type Maker = (schema: JsonSchema, generator: ValueGenerator, depth: number) => unknown

/** Merges the parts of `allOf`, for objects. */
const ofAll: Maker = (schema, generator, depth) => {
  const { allOf, ...rest } = schema
  const parts = [rest, ...(allOf as JsonSchema[]).map((part) => resolve(part, generator.document))]
  const merged = parts.reduce<Record<string, unknown>>(
    (whole, part) => ({
      ...whole,
      ...part,
      ...((whole['properties'] ?? part['properties']) !== undefined && {
        properties: { ...(whole['properties'] as object), ...(part['properties'] as object) },
      }),
      required: [whole['required'] ?? [], part['required'] ?? []].flat(),
    }),
    {},
  )
  return candidate(merged, generator, depth)
}

const object: Maker = (schema, generator, depth) => {
  const required = new Set((schema['required'] ?? []) as string[])
  const made: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(schema['properties'] ?? {})) {
    const known = knownValues(name, property as JsonSchema, generator)
    if (!required.has(name) && (known?.length === 0 || depth > 4 || leavesOut(generator))) continue
    const value =
      known !== undefined && known.length > 0
        ? generator.random.pick(known)
        : generateValue(property as JsonSchema, generator, depth + 1)
    if (value !== nothing) made[name] = value
    else if (required.has(name)) return nothing
  }
  return made
}

const array: Maker = (schema, generator, depth) => {
  const min = (schema['minItems'] ?? 0) as number
  const max = Math.max(min, Math.min((schema['maxItems'] ?? min + 3) as number, min + 3))
  const count = depth > 4 ? min : generator.random.int(min, max)
  const first = (schema['prefixItems'] ?? []) as JsonSchema[]
  const rest = (schema['items'] ?? {}) as JsonSchema
  const length = Math.max(first.length, count)
  return Array.from({ length }, (_, at) => generateValue(first[at] ?? rest, generator, depth + 1))
}

/**
 * The ends of a range of numbers. An excluded end is tried too: the check of the value drops it.
 */
function ends(schema: JsonSchema): { low: number; high: number } {
  const low = (schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1000) as number
  const high = schema['maximum'] ?? schema['exclusiveMaximum'] ?? Math.max(low, 0) + 1000
  return { low, high: high as number }
}

const integer: Maker = (schema, { random }) => {
  const step = (schema['multipleOf'] ?? 1) as number
  const { low, high } = ends(schema)
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)]
  return random.pick([first, last, random.int(first, last)]) * step
}

const float: Maker = (schema, generator, depth) => {
  if (schema['multipleOf'] !== undefined) return integer(schema, generator, depth)
  const { low, high } = ends(schema)
  const { random } = generator
  return random.pick([low, high, low + (high - low) * (random.int(0, 1024) / 1024)])
}

// one UTF-16 unit each: JSON Schema counts characters and JavaScript counts units, and a text at its limit must be valid
// for both
const letters = [...'abcXYZ 019_-%\'"\\/<>&?é ß漢字я؟']

const plain: Maker = (schema, { random }) => {
  const min = (schema['minLength'] ?? 0) as number
  const max = (schema['maxLength'] ?? min + 40) as number
  const length = random.pick([min, max, random.int(min, Math.min(max, min + 40))])
  return Array.from({ length }, () => random.pick(letters)).join('')
}

const string: Maker = (schema, generator, depth) => {
  const { random } = generator
  const examples = [schema['examples'] ?? []].flat() as unknown[]
  if (examples.length > 0 && random.oneIn(4)) return random.pick(examples)
  const { format, pattern } = schema
  if (format === 'binary') return bytesAsText(schema, random)
  const known = textFormats.get(String(format))
  const made = typeof pattern === 'string' ? generateText(pattern, random) : undefined
  if (made !== undefined) return made
  if (known !== undefined) return known.random(random, schema)
  return typeof pattern === 'string' ? fallback(schema, generator) : plain(schema, generator, depth)
}

/** A default or an example of the schema, for a pattern that is not supported. */
const fallback = (schema: JsonSchema, { random }: ValueGenerator): unknown => {
  const given = [schema['default'] ?? [], schema['examples'] ?? []].flat()
  return given.length === 0 ? nothing : random.pick(given)
}

/** The content of a file. */
function bytesAsText({ minLength = 0, maxLength }: JsonSchema, random: SeededRandom): string {
  const least = minLength as number
  return randomHex(random, Math.min((maxLength as number | undefined) ?? least + 8, least + 8))
}
const makers: Readonly<Record<string, Maker>> = {
  object,
  array,
  integer,
  number: float,
  string,
  boolean: (_, { random }) => random.oneIn(2),
  null: () => null,
}
