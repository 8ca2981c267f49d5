import { Column, getTableColumns, is } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { ColumnKind } from '../models/column-of.ts'
import { columnsOf } from '../models/model-columns.ts'
import type { AnySchema } from '../models/model.types.ts'
import type { Statement } from './driver.ts'
import { One } from './one.ts'
import type { BuiltQuery } from './drizzle-query.ts'
import { PreparedQuery } from './prepared-query.ts'
import { QueryTexts, type QueryText } from './query-text.ts'

/**
 * The fields of a response that Postgres may write, for one route: name and schema, in the order in which they are
 * sent; and the statements that were found for the route's queries, by where their texts are kept or by the text.
 */
export interface JsonShape {
  readonly fields: readonly (readonly [name: string, schema: AnySchema])[]
  /** Whether it is a list of objects, and not one. */
  readonly list: boolean
  readonly known: Map<object | string, JsonText | null>
}

/** The text around a query's, under the name by which the server has it prepared. */
interface JsonText {
  readonly text: string
  readonly name: string
}

interface ReadSchema {
  readonly shape: Readonly<Record<string, AnySchema>>
}

/** How Postgres writes a kind of column as JSON.stringify would; what is not here it cannot write byte for byte. */
const written: Partial<Record<ColumnKind, (name: string) => string>> = {
  text: (name) => name,
  uuid: (name) => name,
  integer: (name) => name,
  boolean: (name) => name,
  date: (name) => name,
  bigint: (name) => `${name}::text as ${name}`,
  decimal: (name) => `${name}::text as ${name}`,
  timestamp: (name) =>
    `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${name}`,
}

/** A query of Drizzle's, with the list of what it selects. */
interface Built extends BuiltQuery {
  readonly _?: { readonly selectedFields?: Readonly<Record<string, unknown>> }
}

// Texts that differ from request to request, as those of a list of any length do, must not fill the memory.
const mostTexts = 100
let names = 0

const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What a query selects, by name; undefined where that is not known. */
function selection(query: Built): ReadonlyMap<string, unknown> | undefined {
  if (query.config?.joins !== undefined && query.config.joins.length > 0) return undefined
  const selected = query._?.selectedFields
  if (selected !== undefined) return new Map(Object.entries(selected))
  const returning = query.config?.returning
  return returning && new Map(returning.map(({ path, field }) => [path.join('.'), field]))
}

/**
 * How Postgres writes a selected column for a field of the response; undefined where only JavaScript can.
 *
 * The field's schema must be the model's own: then the table holds nothing else, and needs no second check.
 */
function expression(name: string, selected: unknown, schema: AnySchema): string | undefined {
  if (!is(selected, Column)) return undefined
  const { table } = selected as unknown as { table: PgTable & { readonly $read?: ReadSchema } }
  const found = columnsOf(table)?.find((known) => getTableColumns(table)[known.field] === selected)
  if (found === undefined || table.$read?.shape[found.field] !== schema) return undefined
  return written[found.kind]?.(ident(name))
}

/** The text that has Postgres write the JSON, or null where it cannot. */
function jsonText(query: Built, sql: string, shape: JsonShape): JsonText | null {
  const selected = selection(query)
  if (selected === undefined) return null
  const columns: string[] = []
  for (const [name, schema] of shape.fields) {
    const column = expression(name, selected.get(name), schema)
    if (column === undefined) return null
    columns.push(column)
  }
  // Names that no field can have: to_json(t) would be the column t of a table that has one.
  const row = 'to_json("$row")::text'
  const json = shape.list ? `'[' || coalesce(string_agg(${row}, ','), '') || ']'` : row
  return {
    text: `with "$rows"(${[...selected.keys()].map(ident).join(', ')}) as (${sql}) select ${json} from (select ${columns.join(', ')} from "$rows") "$row"${shape.list ? '' : ' limit 1'}`,
    name: `plinth_${++names}`,
  }
}

/**
 * The statement by which Postgres writes a query's result as the response's JSON; undefined where the query must be
 * run, and its rows be checked and written, in JavaScript.
 */
export function jsonStatement(query: unknown, shape: JsonShape): Statement | undefined {
  if (shape.list === query instanceof One) return undefined
  const rows = query instanceof One ? query.query : query
  const ready = rows instanceof PreparedQuery ? rows.prepared() : undefined
  const built = (ready?.query ?? (rows instanceof PreparedQuery ? rows.query : rows)) as Built
  const { sql, params, place } = ready?.text ?? textOf(built)
  const key = place ?? keyOf(built, sql)
  let found = shape.known.get(key)
  if (found === undefined) {
    if (shape.known.size >= mostTexts) return undefined
    shape.known.set(key, (found = jsonText(built, sql, shape)))
  }
  return found === null ? undefined : { text: found.text, name: found.name, params, arrays: true }
}

/** The texts of each kind of database, whose codecs may write casts around parameters. */
const texts = new WeakMap<object, QueryTexts>()

function textOf(query: Built): QueryText {
  const codecs = query.dialect?.codecs
  if (codecs === undefined) return { ...query.toSQL(false), place: undefined }
  let known = texts.get(codecs)
  if (known === undefined) texts.set(codecs, (known = new QueryTexts(codecs)))
  return known.textOf(query)
}

/** Two queries of one text may give its columns different names. */
const keyOf = (query: Built, sql: string): string =>
  `${[...(selection(query)?.keys() ?? [])].join()} ${sql}`
