import type { AnySchema } from './any-schema.ts'

const reads = new WeakMap<object, AnySchema>()
const tables = new WeakMap<AnySchema, object>()

/** Notes that a table stands for this schema wherever a schema is wanted. */
export function standsFor(table: object, read: AnySchema): void {
  reads.set(table, read)
  tables.set(read, table)
}

/** The model that a schema is, or whose `$read` it is. */
export const modelOf = (schema: AnySchema): object | undefined =>
  reads.has(schema) ? schema : tables.get(schema)

/** The schema that a value stands for: a model's `$read`, else the schema itself. */
export const schemaOf = (schema: AnySchema): AnySchema => reads.get(schema) ?? schema

/** Whether a schema is a model. */
export const isModel = (schema: AnySchema): boolean => reads.has(schema)
