import { createHash } from 'node:crypto'
import { Column, getTableColumns, is } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { ColumnKind } from '../../models/column-plan.ts'
import { columnsOf } from '../../models/model-columns.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { Statement } from '../drivers/driver.ts'
import { One } from './one.ts'
import type { BuiltQuery } from './drizzle-query.ts'
import { SqlTextCache, type QueryText } from './sql-text-cache.ts'
import { mostParams } from '../drivers/refuse-unsendable.ts'
import { remember } from '../../collections/bounded-map.ts'

/**
 * The fields of a response that Postgres may write, for one route: name and schema, in the order in which they are
 * sent; and the statements that were found for the route's queries, by where their texts are kept or by the text.
 */
export interface JsonShape {
  readonly fields: readonly (readonly [name: string, schema: AnySchema])[]
  /** Whether it is a list of objects, and not one. */
  readonly list: boolean
  readonly known: Map<object | string, JsonText>
}

/** The text around a query's. */
interface JsonText {
  /** undefined where Postgres cannot write the JSON. */
  readonly text: string | undefined
  /** By which the server has it prepared, once it was used often enough. */
  name: string | undefined
  /** How often it was used without a name. */
  uses: number
  /** Whether it was used since it was last to be forgotten. */
  isUsed: boolean
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
// Nor may they fill the server's, which keeps what has a name: the more names there are, the more uses one costs.
const namesForOneUse = 100
let names = 0

const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The columns that a query selects, by name; undefined where that is not known, or where what comes may be something
 * else than the columns hold: a union's other side, the nulls of a join or a rollup, a CTE that has the table's name.
 */
function selection({ config, _ }: Built): ReadonlyMap<string, Column> | undefined {
  if (config === undefined || some(config.joins) || some(config.setOperators)) return undefined
  if (some(config.withList) || some(config.groupBy) || some(config.from)) return undefined
  const { table, returning } = config
  const selected =
    _?.selectedFields !== undefined
      ? Object.entries(_.selectedFields)
      : returning?.map(({ path, field }) => [path.length === 1 ? path[0]! : '', field] as const)
  if (selected === undefined) return undefined
  const columns = new Map<string, Column>()
  for (const [name, field] of selected) {
    // What is no column may be several, which would take each other's names.
    if (name === '' || !is(field, Column) || tableOf(field) !== table) return undefined
    columns.set(name, field)
  }
  return columns
}

const some = (part: unknown): boolean =>
  part !== undefined && !(Array.isArray(part) && part.length === 0)

const tableOf = (column: Column): PgTable & { readonly $read?: ReadSchema } =>
  (column as unknown as { table: PgTable & { readonly $read?: ReadSchema } }).table

/**
 * How Postgres writes a selected column for a field of the response; undefined where only JavaScript can.
 *
 * The field's schema must be the model's own: then the table holds nothing else, and needs no second check.
 */
function expression(
  name: string,
  selected: Column | undefined,
  schema: AnySchema,
): string | undefined {
  if (selected === undefined) return undefined
  const table = tableOf(selected)
  const found = columnsOf(table)?.find((known) => getTableColumns(table)[known.field] === selected)
  if (found === undefined || table.$read?.shape[found.field] !== schema) return undefined
  return written[found.kind]?.(ident(name))
}

/** One text has one name in every process: several may share sessions of the server, behind a pooler. */
const nameOf = (text: string): string =>
  `plinth_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

/** The text that has Postgres write the JSON; undefined where it cannot. */
function jsonText(query: Built, sql: string, shape: JsonShape): string | undefined {
  const selected = selection(query)
  if (selected === undefined) return undefined
  const columns: string[] = []
  for (const [name, schema] of shape.fields) {
    const column = expression(name, selected.get(name), schema)
    if (column === undefined) return undefined
    columns.push(column)
  }
  // Names that no field can have: to_json(t) would be the column t of a table that has one.
  const row = 'to_json("$row")::text'
  const json = shape.list ? `'[' || coalesce(string_agg(${row}, ','), '') || ']'` : row
  return `with "$rows"(${[...selected.keys()].map(ident).join(', ')}) as (${sql}) select ${json} from (select ${columns.join(', ')} from "$rows") "$row"${shape.list ? '' : ' limit 1'}`
}

/**
 * The statement by which Postgres writes a query's result as the response's JSON; undefined where the query must be
 * run, and its rows be checked and written, in JavaScript.
 */
export function jsonStatement(query: unknown, shape: JsonShape): Statement | undefined {
  if (shape.list === query instanceof One) return undefined
  const built = (query instanceof One ? query.query : query) as Built
  const { sql, params, place } = textOf(built)
  const key = place ?? keyOf(built, sql)
  if (key === undefined || params.length > mostParams) return undefined
  let found = shape.known.get(key)
  if (found === undefined) {
    found = { text: jsonText(built, sql, shape), name: undefined, uses: 0, isUsed: false }
    remember(shape.known, { key, value: found, most: mostTexts })
  } else found.isUsed = true
  const { text } = found
  if (text === undefined) return undefined
  if (found.name === undefined && ++found.uses > names / namesForOneUse) {
    names++
    found.name = nameOf(text)
  }
  return { text, name: found.name, params, arrays: true }
}

/** The texts of each kind of database, whose codecs may write casts around parameters. */
const texts = new WeakMap<object, SqlTextCache>()

function textOf(query: Built): QueryText {
  const codecs = query.dialect?.codecs
  if (codecs === undefined) return { ...query.toSQL(false), place: undefined }
  let known = texts.get(codecs)
  if (known === undefined) texts.set(codecs, (known = new SqlTextCache(codecs)))
  return known.textOf(query)
}

const tables = new WeakMap<object, number>()
let lastTable = 0

/** Two queries of one text may give its columns different names, or be of two tables that read them differently. */
function keyOf(query: Built, sql: string): string | undefined {
  const selected = selection(query)
  if (selected === undefined) return undefined
  const { table } = query.config!
  let id = tables.get(table)
  if (id === undefined) tables.set(table, (id = ++lastTable))
  return `${id} ${[...selected.keys()].join()} ${sql}`
}
