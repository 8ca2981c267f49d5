import type { SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** The SQL of a computed field, for a row and what the handler passes. */
export type ComputedSql = (row: never, given: never) => SQL

/** Drizzle's configuration of a relation, with the computed fields of its rows. */
export interface RelationConfig {
  columns: Record<string, true>
  with?: Readonly<Record<string, RelationConfig>>
  computed?: Readonly<Record<string, ComputedSql>>
  where?: object
  orderBy?: object
  limit?: number
}

/** The relations and the computed fields to load for a row. */
export interface Loading {
  readonly with: Readonly<Record<string, RelationConfig>>
  readonly computed: Readonly<Record<string, ComputedSql>>
}

/** A schema with relations: its model, and what to load. */
export interface LoadedRelations extends Loading {
  readonly model: PgTable
}

const loadedKey: unique symbol = Symbol('plinth.loaded')

/** Registers what `withRelations()` added to a schema. */
export const loads = (schema: object, value: LoadedRelations): void =>
  void Object.defineProperty(schema, loadedKey, { value })

/** The relations that `withRelations()` added to a schema; undefined for other schemas. */
export const loadedBy = (schema: object): LoadedRelations | undefined =>
  (schema as { readonly [loadedKey]?: LoadedRelations })[loadedKey]

const isEmpty = (value: object): boolean => Object.keys(value).length === 0

/** Tests whether a row, or one of its relations, has a computed field. */
export const hasComputed = ({ with: relations = {}, computed = {} }: Partial<Loading>): boolean =>
  !isEmpty(computed) || Object.values(relations).some(hasComputed)

/** Computed fields as Drizzle's `extras`, which gets the alias of the table. */
const extrasFor = (computed: Loading['computed'], given: unknown) =>
  Object.fromEntries(
    Object.entries(computed).map(([name, sql]) => [
      name,
      // Both types were checked by computed() and withRelations().
      (table: unknown) => sql(table as never, given as never),
    ]),
  )

const relationFor = (
  { computed, with: inner, ...rest }: RelationConfig,
  given: unknown,
): object => ({
  ...rest,
  ...(inner && { with: relationsFor(inner, given) }),
  ...(computed && { extras: extrasFor(computed, given) }),
})

const relationsFor = (relations: Loading['with'], given: unknown): object =>
  Object.fromEntries(
    Object.entries(relations).map(([name, config]) => [
      name,
      hasComputed(config) ? relationFor(config, given) : config,
    ]),
  )

/** The part of a query's configuration, in Drizzle's form, that loads relations and computed fields. */
export const loadingFor = (
  loading: Loading,
  given: unknown,
): { readonly with: object; readonly extras?: object } => ({
  with: relationsFor(loading.with, given),
  ...(!isEmpty(loading.computed) && { extras: extrasFor(loading.computed, given) }),
})
