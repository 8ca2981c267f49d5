import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type * as z from 'zod'
import type { NameBy, Naming } from '../schemas/names/naming.types.ts'
import type {
  Field,
  Flag,
  ModelSchemas,
  NamedReadable,
  NamedSchemas,
  Readable,
} from './model.types.ts'
import type { AnySchema } from '../schemas/any-schema.ts'

/** A Drizzle table whose columns are known. */
export type DrizzleTable = PgTable & {
  readonly $inferSelect: object
  readonly $inferInsert: object
}

type Columns<T extends DrizzleTable> = T['_']['columns']
/** The names of a table's fields. */
export type FieldName<T extends DrizzleTable> = keyof Columns<T> & string

/** Options of {@link fromTable}. */
export interface FromTableOptions<K extends string> {
  /** The name of the schemas in OpenAPI; by default the table's name in the singular. */
  readonly name?: string
  /** Never sent to a caller. */
  readonly hidden?: readonly K[]
  /** Never accepted from a caller. */
  readonly readonly?: readonly K[]
  /** Accepted on create only. */
  readonly immutable?: readonly K[]
  /**
   * Schemas that replace the ones from the columns.
   *
   * Nullability and defaults still come from the columns.
   */
  readonly schemas?: { readonly [P in K]?: AnySchema }
  /** The names of fields on the wire, such as `{ createdAt: 'created_at' }`. Default: the fields' own. */
  readonly as?: { readonly [P in K]?: string }
  /** A rule for the names of fields on the wire. `as` goes before it. */
  readonly naming?: Naming
  /**
   * `false` if another program creates and changes the table, so that {@link isMigrated} is false.
   * Default `true`.
   */
  readonly migrate?: boolean
}

type In<L, K> = L extends readonly unknown[] ? (K extends L[number] ? true : false) : false
type Given<O, K> = O extends { readonly schemas: infer S }
  ? K extends keyof S
    ? S[K] extends AnySchema
      ? S[K]
      : never
    : never
  : never
// PgColumn<string, not null> -> ZodType<string>
type Base<C extends PgColumn, G> = [G] extends [never]
  ? z.ZodType<C['_']['data'], C['_']['data']>
  : G
type Schema<C extends PgColumn, G> =
  Base<C, G> extends infer S extends AnySchema
    ? C['_']['notNull'] extends true
      ? S
      : z.ZodNullable<S>
    : never
type FlagsOf<C extends PgColumn, O, K> =
  | (C['_']['isPrimaryKey'] extends true ? 'primaryKey' : never)
  | (C['_']['hasDefault'] extends true ? 'default' : never)
  | (C['_']['generated'] extends undefined ? never : 'generated')
  | (C['_']['identity'] extends 'always' ? 'generated' : never)
  | {
      [P in 'hidden' | 'readonly' | 'immutable']: P extends keyof O
        ? In<O[P], K> extends true
          ? P
          : never
        : never
    }['hidden' | 'readonly' | 'immutable']

/** A table's columns as the fields of a model. */
export type FieldsOf<T extends DrizzleTable, O> = {
  [K in FieldName<T>]: Field<
    Schema<Columns<T>[K], Given<O, K>>,
    FlagsOf<Columns<T>[K], O, K> & Flag
  >
}

type AsOf<O> = O extends { readonly as: infer A } ? A : {}
/** The names on the wire; `never` if all fields have their own. */
type NamesFrom<T extends DrizzleTable, O> = O extends { readonly naming: infer R extends Naming }
  ? {
      readonly [K in FieldName<T>]: K extends keyof AsOf<O> ? AsOf<O>[K] : NameBy<K, R>
    }
  : O extends { readonly as: infer A }
    ? A
    : never

/** A Drizzle table that is a model too. */
export type ModelFrom<T extends DrizzleTable, O> = T &
  ([NamesFrom<T, O>] extends [never]
    ? ModelSchemas<FieldsOf<T, O>> & Readable<FieldsOf<T, O>>
    : NamedSchemas<FieldsOf<T, O>, NamesFrom<T, O>> &
        NamedReadable<FieldsOf<T, O>, NamesFrom<T, O>>)
