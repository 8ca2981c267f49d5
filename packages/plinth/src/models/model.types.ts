import type { GeneratedColumnConfig } from 'drizzle-orm/column-builder'
import type { SQL } from 'drizzle-orm'
import type {
  AnyPgColumn,
  AnyPgColumnBuilder,
  PgColumn,
  PgTableWithColumns,
  UpdateDeleteAction,
} from 'drizzle-orm/pg-core'
import type * as z from 'zod'
import type { AnySchema } from '../schemas/any-schema.ts'
import type { NamedObject, WireInput } from '../schemas/names/named-object.types.ts'
import type { NameBy, Naming } from '../schemas/names/naming.types.ts'
import type { CodecDef } from '../schemas/response-value.types.ts'
import type {
  AnyModelReference,
  KeySchema,
  Reference,
  ReferenceOptions,
} from './references.types.ts'

type Out<S extends AnySchema> = S['_zod']['output']

/** The options of a field that its types depend on. */
export type Flag =
  | ('primaryKey' | 'default' | 'readonly' | 'immutable' | 'hidden' | 'generated')
  | NameFlag<string>
/** The flag of a field with another name on the wire. */
type NameFlag<A extends string> = `as:${A}`

/** Options of {@link field}. Each flag is `true` or absent. */
export interface FieldOptions<S extends AnySchema = AnySchema> {
  /**
   * Makes the field the primary key, or a part of it if several fields have it. Never in `$update`.
   */
  readonly primaryKey?: true
  /** The value for inserts without one: SQL, or a function that is called at each insert. */
  readonly default?: SQL | (() => NoInfer<Out<S>>)
  /** The value at each update, in the same forms as `default`. */
  readonly onUpdate?: SQL | (() => NoInfer<Out<S>>)
  /**
   * The expression of a generated column (`GENERATED ALWAYS AS … STORED`).
   *
   * It is SQL over the row's other columns, by their names in the database. The field is never accepted and never
   * written.
   */
  readonly generated?: SQL
  /** Never accepted from a caller: not in `$create`, not in `$update`. */
  readonly readonly?: true
  /** Accepted on create only: not in `$update`. */
  readonly immutable?: true
  /** Never sent to a caller: not in `$read`. */
  readonly hidden?: true
  /** A unique constraint on this column alone. */
  readonly unique?: true
  /** An index on this column alone. */
  readonly index?: true
  /** The referenced column, such as `() => Project.id`. */
  readonly references?: () => AnyPgColumn
  /**
   * The action when the referenced row is deleted. By default the database refuses (`'no action'`).
   */
  readonly onDelete?: UpdateDeleteAction
  /** The column's name. Default: the field's name in snake_case. */
  readonly name?: string
  /** The name on the wire: in bodies, responses, lists and their parameters. Default: the field's name. */
  readonly as?: string
  /** A column builder, instead of the column that follows from the schema. */
  readonly column?: (name: string) => AnyPgColumnBuilder
}

// integer().generatedAlwaysAsIdentity() -> 'generated', serial() -> 'default'
type FlagOfColumn<C> = C extends { readonly identity: 'always' } | { readonly generated: true }
  ? 'generated'
  : C extends { readonly hasDefault: true }
    ? 'default'
    : never

/** The flags of a field: those of its options, and that its own column generates values. */
export type FlagsOf<O> =
  | (keyof O & Flag)
  | (O extends { readonly as: infer A extends string } ? NameFlag<A> : never)
  | (O extends { readonly column: (name: string) => { readonly _: infer C } }
      ? FlagOfColumn<C>
      : never)

/** The role of a field in its model, which no option expresses. */
export type Role = 'version' | 'deletedAt' | 'owner'

/** A schema with options for the database and the API; made by {@link field}. */
export interface Field<S extends AnySchema, F extends Flag = never> {
  readonly schema: S
  readonly flags: F
  readonly options: FieldOptions
  readonly role?: Role
  readonly reference?: Reference
}

/** A field that {@link references} made. */
export interface ReferenceField<
  M extends AnyModelReference,
  O extends ReferenceOptions,
> extends Field<
  O extends { readonly nullable: true } ? z.ZodNullable<KeySchema<M>> : KeySchema<M>,
  FlagsOf<O>
> {
  readonly reference: Reference<M['_']['name'], O>
}

/** Any field. */
// with named flags, TypeScript would infer a field's options from them
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyField = Field<AnySchema, any>

/** The fields of {@link model}: a schema, or a schema with options, for each. */
export type Fields = Record<string, AnySchema | AnyField>

// Field<z.ZodString, 'hidden'> -> z.ZodString
type SchemaOf<X> =
  X extends Field<infer S extends AnySchema, infer _F> ? S : X extends AnySchema ? X : never
// Field<z.ZodString, 'hidden'> -> 'hidden'
type FlagOf<X> = X extends Field<infer _S, infer F> ? F : never
type HasDefault<X, S extends AnySchema> = [FlagOf<X> & ('default' | 'generated')] extends [never]
  ? undefined extends S['_zod']['input']
    ? true
    : false
  : true

// Drizzle types columns by its own string for the data type, which cannot be derived here
// oxlint-disable-next-line typescript/no-explicit-any
type DrizzleDataType = any

type ColumnOf<T extends string, K extends string, X> = PgColumn<
  DrizzleDataType,
  {
    name: K
    tableName: T
    dataType: DrizzleDataType
    data: NonNullable<Out<SchemaOf<X>>>
    driverParam: unknown
    notNull: null extends Out<SchemaOf<X>> ? false : true
    hasDefault: HasDefault<X, SchemaOf<X>>
    isPrimaryKey: 'primaryKey' extends FlagOf<X> ? true : false
    isAutoincrement: false
    hasRuntimeDefault: false
    enumValues: undefined
    identity: undefined
    generated: 'generated' extends FlagOf<X> ? GeneratedColumnConfig<unknown> : undefined
  }
>
type ColumnsOf<T extends string, F extends Fields> = {
  [K in keyof F & string]: ColumnOf<T, K, F[K]>
}

/** The Drizzle table that follows from fields. */
export type TableOf<T extends string, F extends Fields> = PgTableWithColumns<{
  name: T
  schema: undefined
  dialect: 'pg'
  isAlias: false
  columns: ColumnsOf<T, F>
}>

// by the definition's type: comparing a schema with ZodDefault would compare all methods, for every field
interface DefaultDef {
  type: 'default'
  innerType: AnySchema
}
interface PipeDef {
  type: 'pipe'
  out: AnySchema
}
// ZodDefault<ZodPipe<ZodString, ZodDate>> -> ZodDate: what a row holds. A codec's output is that, and it encodes the row
type Stored<S extends AnySchema> = S['_zod']['def'] extends infer D
  ? D extends DefaultDef
    ? Stored<D['innerType']>
    : D extends PipeDef
      ? D extends CodecDef
        ? S
        : Stored<D['out']>
      : S
  : never
// ZodDefault<ZodString> -> ZodString: a default says nothing about a patch
type WithoutDefault<S extends AnySchema> = S['_zod']['def'] extends infer D
  ? D extends DefaultDef
    ? WithoutDefault<D['innerType']>
    : S
  : never
type Creatable<X> =
  SchemaOf<X> extends infer S extends AnySchema
    ? undefined extends S['_zod']['input']
      ? S
      : null extends Out<S>
        ? z.ZodOptional<S>
        : 'default' extends FlagOf<X>
          ? z.ZodOptional<S>
          : S
    : never

/** The fields of `$create`. */
export type CreateShape<F extends Fields> = {
  [
    K in keyof F as [FlagOf<F[K]> & ('readonly' | 'generated')] extends [never] ? K : never
  ]: Creatable<F[K]>
}
/** The fields of `$update`. */
export type UpdateShape<F extends Fields> = {
  [
    K in keyof F as [
      FlagOf<F[K]> & ('readonly' | 'immutable' | 'primaryKey' | 'generated'),
    ] extends [never]
      ? K
      : never
  ]: z.ZodOptional<WithoutDefault<SchemaOf<F[K]>>>
}
/** The fields of `$read`. */
export type ReadShape<F extends Fields> = {
  [K in keyof F as 'hidden' extends FlagOf<F[K]> ? never : K]: Stored<SchemaOf<F[K]>>
}

/** The fields of the primary key. */
export type KeyShape<F extends Fields> = {
  [K in keyof F as 'primaryKey' extends FlagOf<F[K]> ? K : never]: Stored<SchemaOf<F[K]>>
}
/** The fields that refer to models. */
export type ReferencesOf<F extends Fields> = {
  readonly [
    K in keyof F as F[K] extends { readonly reference: Reference } ? K : never
  ]: F[K] extends { readonly reference: infer R } ? R : never
}

/** The schemas of a model, which are not enumerable on it. */
export interface ModelSchemas<F extends Fields> {
  /** The primary key: `params: Task.$key` of a route with the path `/:id`. */
  readonly $key: z.ZodObject<KeyShape<F>, z.core.$strip>
  /** The references to other models, by field. */
  readonly $references: ReferencesOf<F>
  /** The body of a create request. Unknown fields are refused. */
  readonly $create: z.ZodObject<CreateShape<F>, z.core.$strict>
  /**
   * The body of an update: every writable field, optional and without its default; at least one.
   */
  readonly $update: z.ZodObject<UpdateShape<F>, z.core.$strict>
  /** The fields in responses. */
  readonly $read: z.ZodObject<ReadShape<F>, z.core.$strip>
}

/** The names on the wire that fields have by `as`; `never` if none has one. */
type NamesOf<F extends Fields> = {
  readonly [K in keyof F as [FlagOf<F[K]> & NameFlag<string>] extends [never] ? never : K]: FlagOf<
    F[K]
  > &
    NameFlag<string> extends NameFlag<infer A>
    ? A
    : never
} extends infer N
  ? [keyof N] extends [never]
    ? never
    : N
  : never
/** The names on the wire of a model's fields: by `as`, or else by a rule. `never` if all have their own. */
export type WireNamesOf<F extends Fields, R extends Naming> = [R] extends [never]
  ? NamesOf<F>
  : {
      readonly [K in keyof F]: K extends keyof NamesOf<F> ? NamesOf<F>[K] : NameBy<K, R>
    }

/** The {@link ModelSchemas} of a model whose fields have other names on the wire. */
export interface NamedSchemas<F extends Fields, N> {
  readonly $key: ModelSchemas<F>['$key']
  readonly $references: ModelSchemas<F>['$references']
  /** The body of a create request. Unknown fields are refused. */
  readonly $create: NamedObject<CreateShape<F>, z.core.$strict, N>
  /**
   * The body of an update: every writable field, optional and without its default; at least one.
   */
  readonly $update: NamedObject<UpdateShape<F>, z.core.$strict, N>
  /** The fields in responses. */
  readonly $read: NamedObject<ReadShape<F>, z.core.$strip, N>
}
/** A model as a schema whose fields have other names on the wire. */
export interface NamedReadable<F extends Fields, N> extends z.core.$ZodType<
  z.core.$InferObjectOutput<ReadShape<F>, {}>,
  WireInput<ReadShape<F>, N>,
  NamedObject<ReadShape<F>, z.core.$strip, N>['_zod']
> {}

/** A model as a schema: its responses. */
export interface Readable<F extends Fields> extends z.core.$ZodObject<
  ReadShape<F>,
  z.core.$strip
> {}

/**
 * A model: a Drizzle table with its schemas.
 *
 * To Zod it is the schema of its responses (`response: Task`, `z.array(Task)`).
 */
export type Model<T extends string, F extends Fields, N = never> = TableOf<T, F> &
  ([N] extends [never] ? ModelSchemas<F> & Readable<F> : NamedSchemas<F, N> & NamedReadable<F, N>)

/**
 * The type of a row that `select` returns.
 *
 * @example
 * ```ts
 * import { id, model, type Row } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', { id: id(), title: z.string() })
 * type Task = Row<typeof Task>
 * ```
 */
export type Row<M extends { $inferSelect: unknown }> = M['$inferSelect']
