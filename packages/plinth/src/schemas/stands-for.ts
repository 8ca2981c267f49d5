import type { AnySchema } from './any-schema.ts'

/** A model's table and the schema of its rows; both of them know the pair. */
interface ModelPair {
  readonly table: object
  readonly read: AnySchema
}

const pairKey: unique symbol = Symbol('plinth.model')

// Drizzle's aliases of a table and Zod's copies of a schema are neither, so the pair must name the value itself
function pairOf(value: object): ModelPair | undefined {
  const { [pairKey]: pair } = value as { readonly [pairKey]?: ModelPair }
  return pair !== undefined && (pair.table === value || pair.read === value) ? pair : undefined
}

/** Notes that a table stands for this schema wherever a schema is wanted. */
export function standsFor(table: object, read: AnySchema): void {
  const value: ModelPair = { table, read }
  for (const one of [table, read]) Object.defineProperty(one, pairKey, { value })
}

/** The model that a schema is, or whose `$read` it is. */
export const modelOf = (schema: object): object | undefined => pairOf(schema)?.table

/** The schema of a model's rows; undefined for another value. */
export function readSchemaOf(model: object): AnySchema | undefined {
  const pair = pairOf(model)
  return pair?.table === model ? pair.read : undefined
}

/** The schema that a value stands for: a model's `$read`, else the schema itself. */
export const schemaOf = (schema: AnySchema): AnySchema => readSchemaOf(schema) ?? schema

/** Whether a value is a model. */
export const isModel = (value: object): boolean => readSchemaOf(value) !== undefined
