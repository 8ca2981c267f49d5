import type { AnySchema } from './model.types.ts'

const reads = new WeakMap<object, AnySchema>()

/** Notes that a table stands for this schema wherever a schema is wanted. */
export function standsFor(table: object, read: AnySchema): void {
  reads.set(table, read)
}

/** The schema that a value stands for: a model's `$read`, else the schema itself. */
export const schemaOf = (schema: AnySchema): AnySchema => reads.get(schema) ?? schema

/** Whether a schema is a model. */
export const isModel = (schema: AnySchema): boolean => reads.has(schema)
