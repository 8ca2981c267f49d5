import type { AnyPgColumnBuilder } from 'drizzle-orm/pg-core'
import type { Acceptance } from '../acceptance.ts'
import type { AnySchema } from '../any-schema.ts'
import type { ZodTypeName } from '../zod-definition.ts'

/**
 * One kind of value, such as a UUID or a date, and everything Plinth knows about it.
 *
 * To add a kind, write a file with its record and list it in `schemas/kinds.ts`. A member that a
 * kind does not need is left out.
 */
export interface ValueKind {
  /** The `type` of the Zod schemas of this kind. */
  readonly types: readonly ZodTypeName[]
  /** The formats of the Zod schemas of this kind; without it, a schema of any format is of this kind. */
  readonly formats?: readonly string[]
  /**
   * The Postgres column of a field with this schema.
   *
   * @throws {UnsupportedSchema} no column can hold the schema's values
   */
  readonly column?: (schema: AnySchema, context: ColumnContext) => ColumnPlan
  /** How values travel in requests and responses; without it, as they are. */
  readonly wire?: WireForm
  /** A schema for responses that accepts more, so that a value that was stored long ago does not fail a response. */
  readonly sent?: (schema: AnySchema) => AnySchema
  /** Corrects the JSON Schema that Zod writes, so that it describes the wire form. */
  readonly jsonSchema?: (json: JsonObject, schema: AnySchema, context: JsonSchemaContext) => void
  /** The TypeScript type of a value on the wire, for generated clients. */
  readonly typescript?: TypeText | ((schema: AnySchema, context: TypeContext) => string)
  /** The JSON Schema formats of the wire form, with test values for `conformance()`. */
  readonly textFormats?: readonly TextFormat[]
  /** Columns of existing Drizzle tables that hold values of this kind, for `fromTable()`. */
  readonly existingColumns?: readonly ExistingColumn[]
  /** Reads a setting's text; text that is not of this kind is returned unchanged, for the schema to refuse. */
  readonly readSetting?: (text: string, schema: AnySchema) => unknown
  /** An example to show beside a setting that is missing or wrong. */
  readonly settingExample?: string | ((schema: AnySchema) => string)
  /** True if a wrong setting may be printed. A wrong string may be a secret, so it is not. */
  readonly isSettingPrintable?: boolean
}

/** A plain JSON object, such as a JSON Schema. */
export type JsonObject = Record<string, unknown>

/** Context for planning a column. */
export interface ColumnContext {
  /** True if the column has an index, which limits the size of its values. */
  readonly indexed: boolean
  /** The schema as it is in JSON. */
  readonly toJson: (schema: AnySchema) => AnySchema
}

/** The column that follows from a schema. */
export interface ColumnPlan {
  readonly build: (name: string) => AnyPgColumnBuilder
  /** CHECK constraints: a word for the constraint's name, and its SQL for a quoted column name. */
  readonly checks: readonly ColumnCheck[]
  /** The requirements of the column beyond the schema. */
  readonly acceptance: Acceptance
  readonly traits: ColumnTraits
  /** The form of a value in the SQL DEFAULT, if it is not the value of the column in JavaScript. */
  readonly defaultValue?: (value: unknown) => unknown
}

/** A CHECK constraint of a column. */
export type ColumnCheck = readonly [label: string, sql: (column: string) => string]

/** The ways a query can use a column. */
export interface ColumnTraits {
  /**
   * The SQL expression by which Postgres writes the column as `JSON.stringify()` would.
   *
   * It is undefined if only JavaScript can write the column byte for byte.
   */
  readonly json: ((column: string) => string) | undefined
  /** The groups of operators that a list can be filtered with. */
  readonly filters: readonly FilterGroup[]
  /** True if a list can be sorted by the column. */
  readonly sortable: boolean
}

/**
 * A group of filter operators.
 *
 * `equality` is `eq`, `ne` and `in`; `order` is `lt`, `lte`, `gt` and `gte`; `search` is `contains`
 * and `startsWith`.
 */
export type FilterGroup = 'equality' | 'order' | 'search'

/** The source of a value: a JSON body, or text alone (path, query, headers, cookies, forms). */
export type WireSource = 'json' | 'strings'

/** How values of a kind travel, where JSON or text has no such values. */
export interface WireForm {
  /** True if values of the schema are written differently in this source. */
  readonly differs: (schema: AnySchema, source: WireSource) => boolean
  /**
   * The codec between the wire and the handler.
   *
   * @param wired - rewrites a schema inside this one
   */
  readonly codec: (
    schema: AnySchema,
    source: WireSource,
    wired: (schema: AnySchema) => AnySchema,
  ) => AnySchema
  /** The text that the JSON codec reads, if the kind has {@link encoder}. */
  readonly text?: AnySchema
  /** A one-way schema from the handler to JSON, which compiles to faster code than a codec. */
  readonly encoder?: (schema: AnySchema) => AnySchema
}

/** Context for correcting a JSON Schema. */
export interface JsonSchemaContext {
  readonly io: 'input' | 'output'
  /** The JSON Schema of a schema inside this one. */
  readonly convert: (schema: AnySchema) => JsonObject
}

/** Which side of the wire a TypeScript type describes: what a caller sends, or what it receives. */
export type Direction = 'sent' | 'received'

/** A TypeScript type, or one for each direction. */
export type TypeText = string | Readonly<Record<Direction, string>>

/** Context for writing a TypeScript type. */
export interface TypeContext {
  readonly way: Direction
  /** The type of a schema inside this one. */
  readonly type: (schema: AnySchema) => string
}

/** Random choices for test values. */
export interface RandomSource {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** One item of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** True once in `times` tries. */
  oneIn(times: number): boolean
}

/** A JSON Schema `format`, with what `conformance()` needs to test it. */
export interface TextFormat {
  /** The name in JSON Schema, such as `date-time`. */
  readonly name: string
  readonly accepts: (text: string) => boolean
  /** A random text that the schema accepts. */
  readonly random: (random: RandomSource, json: Readonly<JsonObject>) => string
  /** Texts at or just beyond the limits of the format. */
  readonly edges: readonly string[] | ((json: Readonly<JsonObject>) => readonly string[])
}

/** Facts about a column beyond its type. */
export interface ColumnFacts {
  readonly length?: number | undefined
  readonly enumValues?: readonly string[] | undefined
}

/** A column of an existing Drizzle table, by Drizzle's name for the type of its values. */
export interface ExistingColumn {
  /** Such as `'string uuid'` or `'object date'`. */
  readonly dataType: string
  readonly schema: (facts: ColumnFacts) => AnySchema
  /** The traits of the SQL types for which they are known; other SQL types can only be compared for equality. */
  readonly traits?: readonly [sqlType: RegExp, traits: ColumnTraits]
}
