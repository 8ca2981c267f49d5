import * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import { core, isList } from '../schemas/fields-of.ts'
import { holders, rewriter, some } from '../schemas/rewrite.ts'
import { isModel, schemaOf } from '../schemas/stands-for.ts'
import { definitionOf, innerOf, inputSideOf, typeOf, valuesOf } from '../schemas/zod-definition.ts'
import { renameCodec } from '../schemas/names/rename-codec.ts'
import { fieldsOnWire, wireNamesOf } from '../schemas/names/wire-names.ts'
import { wire } from '../schemas/wire.ts'
import { HttpError } from '../errors/http-error.ts'
import type { JsonLimits } from './json/json-shape.ts'
import { parseJson } from './json/parse-json.ts'
import type { FormValues } from './parse-form.ts'

/** How the values of a form's field are read. */
export interface FormField {
  readonly isList: boolean
  /** True if text cannot express the values, or the items of the list, so that they are JSON. */
  readonly isJson: boolean
  /** The value of an input that was left empty: its text, no value, or null. */
  readonly empty: 'text' | 'absent' | 'null'
}

/** The fields of a form by name. */
export type FormFields = ReadonlyMap<string, FormField>

/** Plans how the fields of a form are read. */
export const formFields = (form: AnySchema): FormFields =>
  new Map([...schemasByName(form)].map(([name, schemas]) => [name, fieldOf(schemas)]))

/** The schemas of each field: several if the form is a combination of objects. */
export function schemasByName(
  form: AnySchema,
  found = new Map<string, AnySchema[]>(),
): Map<string, AnySchema[]> {
  const object = core(form)
  const definition = definitionOf(object)
  if (definition.type === 'intersection')
    for (const side of [definition.left, definition.right]) schemasByName(side, found)
  if (definition.type === 'union') for (const one of definition.options) schemasByName(one, found)
  if (definition.type === 'object')
    for (const [name, schema] of fieldsOnWire(object, definition.shape))
      found.set(name, [...(found.get(name) ?? []), schema])
  return found
}

function fieldOf(schemas: readonly AnySchema[]): FormField {
  const takesEmpty = schemas.some((schema) => some(schema, (one) => valuesOf(one).includes('')))
  const empty = schemas.every(({ _zod }) => _zod.optin !== undefined) ? 'absent' : 'text'
  return {
    isList: schemas.some(isList),
    isJson: schemas.some(isJson),
    empty: takesEmpty ? 'text' : empty === 'text' && schemas.every(isNullable) ? 'null' : empty,
  }
}

function isNullable(schema: AnySchema): boolean {
  const inner = innerOf(schema)
  return typeOf(schema) === 'nullable' || (inner !== undefined && isNullable(inner))
}

/** Tests whether the values of a field, or the items of a list, are JSON. */
function isJson(field: AnySchema): boolean {
  const side = inputSideOf(field)
  if (side !== undefined) return isJson(side)
  const definition = definitionOf(field)
  if (definition.type === 'array') return needsJson(definition.element)
  if (definition.type === 'set') return needsJson(definition.valueType)
  if (definition.type === 'tuple') return definition.items.some(needsJson)
  return needsJson(field)
}

const jsonTypes = new Set(['object', 'record', 'map', 'intersection', 'array', 'tuple', 'set'])

/** Tests whether only JSON can express the values of a schema. The input of a transform is what it makes of text. */
function needsJson(schema: AnySchema): boolean {
  const definition = definitionOf(isModel(schema) ? schemaOf(schema) : schema)
  if (definition.type === 'union') return definition.options.some(needsJson)
  if (definition.type === 'lazy') return needsJson(definition.getter())
  const side = inputSideOf(schema)
  return side === undefined ? jsonTypes.has(definition.type) : needsJson(side)
}

/** The wire form of a form: each field is read from text, or from JSON. */
export function formWire(form: AnySchema, limits: JsonLimits): AnySchema {
  const fields = new Set([...schemasByName(form).values()].flat())
  return rewriter({
    // The second half of a pipe never sees the wire.
    holders: { ...holders, pipe: ['in'] },
    replaces: (schema) => fields.has(schema) || wireNamesOf(schema) !== undefined,
    replace: (schema, again) => {
      const names = fields.has(schema) ? undefined : wireNamesOf(schema)
      if (names !== undefined) return renameCodec(schema, { names, again, checked: true })
      return isJson(schema) ? fromJsonText(schema, limits) : wire(schema, 'strings')
    },
  })(form)
}

/** A field whose values, or the items of a list, are JSON texts. */
function fromJsonText(field: AnySchema, limits: JsonLimits): AnySchema {
  const list = isList(field)
  const decode = (value: unknown, context: z.core.ParsePayload): unknown => {
    try {
      return list ? listFrom(value, field, limits) : fromText(value, limits)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      context.issues.push({
        code: 'custom',
        input: value,
        message: `Invalid input: expected JSON. ${error.message}`,
      })
      return z.NEVER
    }
  }
  const encode = (value: unknown): unknown => value
  // Zod infers the type of the functions from the schema, which may be any.
  return z.codec(z.unknown().optional(), wire(field, 'json') as z.ZodType, { decode, encode })
}

function fromText(value: unknown, limits: JsonLimits): unknown {
  if (value instanceof File) throw new HttpError(422, 'Send text, or the type application/json')
  return typeof value === 'string' ? parseJson(Buffer.from(value), limits) : value
}

/** A list whose items are one JSON text each, or which is one JSON text as a whole. */
function listFrom(value: unknown, field: AnySchema, limits: JsonLimits): unknown {
  if (value === undefined || value === null) return value
  const items = (Array.isArray(value) ? value : [value]).map((item) => fromText(item, limits))
  const [only] = items
  if (items.length > 1 || !Array.isArray(only)) return items
  const definition = definitionOf(core(field))
  const holdsLists = definition.type === 'array' && isList(definition.element)
  return holdsLists && !only.every(Array.isArray) ? items : only
}

const isJsonType = (type: string): boolean => /^application\/(?:[^;]+\+)?json\b/i.test(type)

/** An input of a browser that was not touched: a file without name and content, or an empty text. */
const isUntouched = (value: unknown, { empty, isList: isPart }: FormField): boolean =>
  typeof value === 'string'
    ? value === '' && (isPart || empty !== 'text')
    : value instanceof File && value.name === '' && value.size === 0

/** Leaves out the inputs that were not touched, and reads the text of JSON parts. */
export async function readFormFields(form: FormValues, fields: FormFields): Promise<FormValues> {
  for (const [name, field] of fields) {
    if (form[name] === undefined) continue
    const sent = Array.isArray(form[name]) ? (form[name] as unknown[]) : [form[name]]
    const kept = sent.filter((value) => !isUntouched(value, field))
    const values = field.isJson ? await Promise.all(kept.map(textOfJson)) : kept
    if (values.length > 0) form[name] = values.length === 1 ? values[0] : values
    else if (field.empty === 'null') form[name] = null
    else delete form[name]
  }
  return form
}

const textOfJson = (value: unknown): unknown =>
  value instanceof File && isJsonType(value.type) ? value.text() : value
