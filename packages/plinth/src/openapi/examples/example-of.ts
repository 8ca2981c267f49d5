import { exampleText } from './example-text.ts'
import type { JsonSchema } from '../openapi.types.ts'

/** An example; in an object, because `null` is one too. */
interface Example {
  readonly value: unknown
}

/** The context of a value: the inputs of its example beside its schema. */
interface Place {
  /** The name of the field, for a text that means something. */
  readonly name: string
  readonly schemas: Readonly<Record<string, JsonSchema>>
  /** The names of the components around it: one in itself has no example. */
  readonly inside: readonly string[]
}

/** The keywords of JSON Schema that an example here reads. */
interface Read {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly format?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
}

/**
 * Makes an example of a JSON value from its schema, which a first try in the documentation can send.
 *
 * It is what the schema says itself (`examples`, `const`, `default`, `enum`), or a value that keeps its limits. An id
 * refers to a row that only the reader knows: where it may be missing or `null`, it is.
 *
 * @returns undefined if a required value cannot be made, such as a text with an unusual pattern
 */
export function exampleOf(
  schema: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
): Example | undefined {
  return made(schema, { name: '', schemas, inside: [] })
}

function made(schema: JsonSchema, place: Place): Example | undefined {
  const read = schema as Read
  const said = [read.examples?.[0], read.const, read.default, read.enum?.[0]]
  const value = said.find((one) => one !== undefined)
  if (value !== undefined) return { value }
  if (read.$ref !== undefined) return ofComponent(read.$ref, place)
  const choices = read.anyOf ?? read.oneOf
  if (choices !== undefined) return ofChoices(choices, place)
  const types = [read.type ?? []].flat()
  if (types.includes('null') && isId(read)) return { value: null }
  const type = types.find((one) => one !== 'null') ?? types[0]
  return byType[type ?? '']?.(read, place)
}

function ofComponent(reference: string, place: Place): Example | undefined {
  const id = reference.slice(reference.lastIndexOf('/') + 1)
  const schema = place.schemas[id]
  if (schema === undefined || place.inside.includes(id)) return undefined
  return made(schema, { ...place, inside: [...place.inside, id] })
}

const isId = ({ format }: Read): boolean => format === 'uuid'
const isNull = ({ type }: Read): boolean => type === 'null'

function ofChoices(choices: readonly JsonSchema[], place: Place): Example | undefined {
  const nullable = choices.some(isNull)
  if (nullable && choices.some(isId)) return { value: null }
  for (const choice of choices.filter((one) => !isNull(one))) {
    const example = made(choice, place)
    if (example !== undefined) return example
  }
  return nullable ? { value: null } : undefined
}

/** A whole number where the limits allow one, because most numbers are counts; else one between the limits. */
function ofNumber(read: Read): Example | undefined {
  const { multipleOf: step = 1, exclusiveMinimum: above = -Infinity } = read
  const { minimum = -Infinity, maximum = Infinity, exclusiveMaximum: below = Infinity } = read
  const low = Math.max(minimum, above + step)
  const high = Math.min(maximum, below - step)
  const least = Math.ceil(Math.max(1, low) / step) * step
  const value = Math.min(least, Math.floor(high / step) * step)
  if (value >= low && Number.isInteger(value / step)) return { value }
  const middle = (Math.max(minimum, above) + Math.min(maximum, below)) / 2
  return read.type === 'number' && read.multipleOf === undefined ? { value: middle } : undefined
}

function ofList({ items = {}, minItems = 0 }: Read, place: Place): Example | undefined {
  const one = isId(items) && minItems === 0 ? undefined : made(items, place)
  if (minItems > 1 || (one === undefined && minItems > 0)) return undefined
  return { value: one === undefined ? [] : [one.value] }
}

function ofObject({ properties = {}, required = [] }: Read, place: Place): Example | undefined {
  const value: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(properties)) {
    const isOptional = !required.includes(name)
    const example = isOptional && isId(property) ? undefined : made(property, { ...place, name })
    if (example !== undefined) value[name] = example.value
    else if (!isOptional) return undefined
  }
  return { value }
}

const byType: Readonly<Record<string, (read: Read, place: Place) => Example | undefined>> = {
  null: () => ({ value: null }),
  boolean: () => ({ value: true }),
  integer: ofNumber,
  number: ofNumber,
  array: ofList,
  object: ofObject,
  string: (read, { name }) => {
    const value = exampleText(read as JsonSchema, name)
    return value === undefined ? undefined : { value }
  },
}
