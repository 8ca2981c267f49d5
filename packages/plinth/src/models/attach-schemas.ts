import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import * as z from 'zod'
import { atLeastOne } from './at-least-one.ts'
import { standsFor } from '../schemas/stands-for.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { withoutWireNames, withWireNames, type WireNames } from '../schemas/names/wire-names.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import type { Reference } from './references.types.ts'
import { writtenBy } from './written-rows.ts'

/** The schemas of one field: for requests and responses, and for rows that the server writes. */
export interface FieldSchemas {
  readonly key: string
  readonly create: AnySchema | undefined
  readonly update: AnySchema | undefined
  readonly read: AnySchema | undefined
  /** Of the primary key. */
  readonly primary: AnySchema | undefined
  readonly insert: AnySchema | undefined
  readonly set: AnySchema | undefined
  readonly reference?: Reference | undefined
}

function shapeOf(
  fields: readonly FieldSchemas[],
  which: Exclude<keyof FieldSchemas, 'key' | 'reference'>,
) {
  const entries = fields.flatMap((one) => (one[which] ? [[one.key, one[which]] as const] : []))
  return Object.fromEntries(entries) as Record<string, AnySchema>
}

/** The names of a model's schemas in OpenAPI, and of its fields on the wire where they differ. */
interface SchemaNames {
  readonly name: string
  readonly names: WireNames
}

/** Attaches the schemas to the table, hidden from Drizzle. */
export function attachSchemas(
  table: PgTable,
  fields: readonly FieldSchemas[],
  { name, names }: SchemaNames,
): void {
  const onWire = <S extends AnySchema>(schema: S): S =>
    Object.keys(names).length === 0 ? schema : withWireNames(schema, names)
  const named = <S extends AnySchema>(schema: S, metadata: z.core.GlobalMeta): S => {
    z.globalRegistry.add(schema, metadata)
    return schema
  }
  const create = named(onWire(z.strictObject(shapeOf(fields, 'create'))), { id: `${name}Create` })
  const update = named(atLeastOne(onWire(z.strictObject(shapeOf(fields, 'update')))), {
    id: `${name}Update`,
    minProperties: 1,
  })
  const read = named(onWire(z.object(shapeOf(fields, 'read'))), { id: name })
  const references = fields.flatMap(({ key, reference }) => (reference ? [[key, reference]] : []))
  const members = {
    $key: z.object(shapeOf(fields, 'primary')),
    $references: Object.freeze(Object.fromEntries(references)),
    $create: create,
    $update: update,
    $read: read,
    _zod: read._zod,
    '~standard': read['~standard'],
  }
  for (const [key, value] of Object.entries(members)) {
    Object.defineProperty(table, key, { value, enumerable: false })
  }
  standsFor(table, read)
  writtenBy(table, {
    name: getTableName(table),
    names,
    // A row has the names of the code, at every depth.
    insert: withoutWireNames(z.strictObject(shapeOf(fields, 'insert'))),
    set: withoutWireNames(z.strictObject(shapeOf(fields, 'set'))),
    settable: new Set(Object.keys(shapeOf(fields, 'set'))),
  })
  // with `_zod`, the table is a schema to Zod
  if (isSchema(table)) named(table, { id: name })
}
