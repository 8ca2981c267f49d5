import type { AnySchema } from './any-schema.ts'

/** A model's table and the schema of its rows. Both refer to this pair. */
interface ModelPair {
  readonly table: object
  readonly read: AnySchema
}

const pairKey: unique symbol = Symbol('plinth.model')

// an alias of a table or a copy of a schema also has the pair, without being a model: the pair must name the value itself
function pairOf(value: object): ModelPair | undefined {
  const { [pairKey]: pair } = value as { readonly [pairKey]?: ModelPair }
  return pair !== undefined && (pair.table === value || pair.read === value) ? pair : undefined
}

/** Registers the schema that a model's table stands for. */
export function standsFor(table: object, read: AnySchema): void {
  const value: ModelPair = { table, read }
  for (const one of [table, read]) Object.defineProperty(one, pairKey, { value })
}

/** The model of a schema: the schema itself, or the model whose `$read` it is. */
export const modelOf = (schema: object): object | undefined => pairOf(schema)?.table

/** The schema of a model's rows; undefined for another value. */
export function readSchemaOf(model: object): AnySchema | undefined {
  const pair = pairOf(model)
  return pair?.table === model ? pair.read : undefined
}

/** The schema that Zod should use: the `$read` of a model, or the schema itself. */
export const schemaOf = (schema: AnySchema): AnySchema => readSchemaOf(schema) ?? schema

/** Tests whether a value is a model. */
export const isModel = (value: object): boolean => readSchemaOf(value) !== undefined
