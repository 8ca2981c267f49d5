import { getTableColumns, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import type { AnyModel } from '../database/queries/typed-write.ts'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { columnsOf } from '../models/model-columns.ts'
import { kindOf } from '../schemas/kinds.ts'
import { uuid } from '../schemas/kinds/uuid.ts'
import { pathNames } from '../routing/path-pattern.ts'
import { wireNamesOf, withWireNames } from '../schemas/names/wire-names.ts'
import { wire } from '../schemas/wire.ts'
import { listedField } from '../database/listing/listing-fields.ts'
import { keyFields } from '../models/primary-key.ts'

const shapeOf = (schema: unknown): Readonly<Record<string, z.core.$ZodType>> =>
  (schema as z.ZodObject).shape

/** Returns the primary key of a model, if it is one field that is sent. */
export function keyOf(model: AnyModel): string | undefined {
  const [key, ...more] = keyFields(model)
  return key !== undefined && more.length === 0 && shapeOf(model.$read)[key] ? key : undefined
}

/** Returns a schema with the names of a router's path, each a string. */
export const paramsIn = (prefix: string): z.ZodObject =>
  z.object(Object.fromEntries(pathNames(prefix).map((name) => [name, z.string().min(1)])))

/** A field whose value comes from the router's path. */
export interface PathField {
  readonly field: string
  /** Decodes the value. If that fails, no row can have it. */
  readonly read: Compiled['decode']
}

/** Returns the fields of a model that a router's path names, such as `projectId` in `/projects/:projectId/tasks`. */
export const pathFieldsOf = (prefix: string, model: AnyModel): readonly PathField[] =>
  Object.keys(paramsIn(prefix).shape)
    .filter((name) => columnsOf(model)?.some(({ field }) => field === name))
    .map((field) => ({
      field,
      read: compiled(wire(listedField(model, field).schema, 'strings')).decode,
    }))

/** Returns a schema with the names of a router's path: strings, and UUIDs for fields that are UUIDs. */
export const pathParams = (prefix: string, model: AnyModel): z.ZodObject => {
  const { shape } = paramsIn(prefix)
  const named = columnsOf(model)?.filter(({ field }) => shape[field] !== undefined) ?? []
  const fields = named.map(({ field }) => [field, listedField(model, field).schema] as const)
  const ids = fields.filter(([, schema]) => kindOf(schema) === uuid)
  return paramsIn(prefix).extend(Object.fromEntries(ids))
}

/** Returns a schema with the names of a router's path and the key of a row. */
export const paramsOf = (prefix: string, model: AnyModel, key: string): z.ZodObject =>
  pathParams(prefix, model).extend({ [key]: listedField(model, key).schema })

/** The PUT schema of each model, so that all resources of a model share one schema and its name in the document. */
const replacements = new WeakMap<AnyModel, z.ZodObject>()

/** Returns the hidden fields, which a caller cannot read and so cannot send back. */
const hiddenIn = (model: AnyModel): ReadonlySet<string> =>
  new Set(columnsOf(model)?.flatMap(({ field, hidden }) => (hidden ? [field] : [])))

/** Returns the schema of a PUT: the fields of a create that may be changed. Hidden fields are optional. */
export function replaceSchema(model: AnyModel): z.ZodObject {
  const known = replacements.get(model)
  if (known !== undefined) return known
  const changeable = shapeOf(model.$update)
  const shape = shapeOf(model.$create)
  const hidden = hiddenIn(model)
  const picked = Object.fromEntries(
    Object.entries(changeable).flatMap(([name, schema]) =>
      shape[name] ? [[name, hidden.has(name) ? schema : shape[name]] as const] : [],
    ),
  )
  const name = z.globalRegistry.get(model.$read)?.id
  const names = wireNamesOf(model.$create)
  const plain = z.strictObject(picked)
  const schema = names === undefined ? plain : withWireNames(plain, names)
  if (name !== undefined) z.globalRegistry.add(schema, { id: `${name}Replace` })
  replacements.set(model, schema)
  return schema
}

/** Returns the changes of a PUT. A field that the body omits gets its default, or null, unless it is hidden. */
export function replacing(model: AnyModel, body: object): object {
  const columns = getTableColumns(model) as Record<string, PgColumn>
  const values = body as Readonly<Record<string, unknown>>
  const hidden = hiddenIn(model)
  return Object.fromEntries(
    Object.keys(shapeOf(model.$update))
      .filter((name) => name in values || !hidden.has(name))
      .map((name) => [name, values[name] ?? (name in values ? null : defaultOf(columns[name]))]),
  )
}

const defaultOf = (column: PgColumn | undefined): unknown =>
  column?.defaultFn === undefined ? sql`default` : column.defaultFn()
