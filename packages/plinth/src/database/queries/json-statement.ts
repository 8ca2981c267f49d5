import { createHash } from 'node:crypto'
import { type Column, getColumnTable, getTableColumns } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { remember } from '../../collections/bounded-map.ts'
import { columnsOf } from '../../models/model-columns.ts'
import { maxNameBytes } from '../../models/naming.ts'
import type { AnySchema } from '../../schemas/any-schema.ts'
import type { BuiltQuery, ColumnCodecs } from '../drizzle/query-config.ts'
import { selectedColumns } from '../drizzle/selected-columns.ts'
import { SqlTextCache } from '../drizzle/sql-text-cache.ts'
import type { Statement } from '../drivers/driver.ts'
import { isPureSelect } from '../drivers/pure-sql.ts'
import { mostParams } from '../drivers/refuse-unsendable.ts'
import { some } from '../../schemas/rewrite.ts'
import { hasWireNames } from '../../schemas/names/wire-names.ts'
import { isCodec } from '../../schemas/zod-definition.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

/** A field of a response: its name in the row, its schema, and its name on the wire. */
export type JsonField = readonly [name: string, schema: AnySchema, wireName: string]

/**
 * The fields of a route's response that Postgres may write as JSON.
 *
 * They are in the order they are sent. `known` holds the statements found so far for the route's queries.
 */
export interface JsonShape {
  readonly fields: readonly JsonField[]
  /** True for a list of objects, false for a single one. */
  readonly list: boolean
  readonly known: Map<object | string, JsonText>
}

/** The SQL wrapped around a query. */
interface JsonText {
  /** Undefined where Postgres cannot write the JSON. */
  readonly text: string | undefined
  readonly reads: boolean
  /** The name of the prepared statement, given once the text was used often enough. */
  name: string | undefined
  /** How often it was used without a name. */
  uses: number
  /** Used since the bounded map last looked for an entry to evict. */
  isUsed: boolean
}

// Texts that differ from request to request, such as lists of any length, must not fill the memory.
const mostTexts = 100
// Nor may they fill the server's memory, which holds every prepared statement: the more names exist, the more uses the
// next name costs.
const namesPerUse = 100

/** Wraps the queries of one database so that Postgres writes their rows as JSON. */
export class JsonStatements {
  readonly #texts: SqlTextCache
  readonly #tables = new WeakMap<object, number>()
  #lastTable = 0
  #names = 0

  constructor(codecs: ColumnCodecs) {
    this.#texts = new SqlTextCache(codecs)
  }

  /**
   * The statement with which Postgres writes a query's result as the response's JSON.
   *
   * Undefined when the rows have to be checked and written in JavaScript.
   */
  statement(query: BuiltQuery, shape: JsonShape): Statement | undefined {
    const { sql, params, node } = this.#texts.textOf(query)
    const key = node ?? this.#keyOf(query, sql)
    if (key === undefined || params.length > mostParams) return undefined
    let found = shape.known.get(key)
    if (found === undefined) {
      const text = jsonText(query, sql, shape)
      const reads = text !== undefined && isPureSelect(text)
      found = { text, reads, name: undefined, uses: 0, isUsed: false }
      remember(shape.known, { key, value: found, most: mostTexts })
    } else found.isUsed = true
    const { text, reads } = found
    if (text === undefined) return undefined
    if (found.name === undefined && ++found.uses > this.#names / namesPerUse) {
      this.#names++
      found.name = nameOf(text)
    }
    return { text, name: found.name, params, arrays: true, reads }
  }

  /** Two queries of one text may name their columns differently, or select from tables that read them differently. */
  #keyOf(query: BuiltQuery, sql: string): string | undefined {
    const selected = selectedColumns(query)
    if (selected === undefined) return undefined
    const { table } = query.config!
    let id = this.#tables.get(table)
    if (id === undefined) this.#tables.set(table, (id = ++this.#lastTable))
    return `${id} ${[...selected.keys()].join()} ${sql}`
  }
}

/** A name derived from the text: the same in every process, since processes may share a session behind a pooler. */
const nameOf = (text: string): string =>
  `plinth_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

/** The text that has Postgres write the JSON. Undefined where it cannot. */
function jsonText(query: BuiltQuery, sql: string, shape: JsonShape): string | undefined {
  const selected = selectedColumns(query)
  if (selected === undefined) return undefined
  const columns: string[] = []
  for (const field of shape.fields) {
    const column = expression(field, selected.get(field[0]))
    if (column === undefined) return undefined
    columns.push(column)
  }
  // "$rows" and "$row" are names no field can have: to_json(t) would read the column t of a table that has one.
  const row = 'to_json("$row")::text'
  const json = shape.list ? `'[' || coalesce(string_agg(${row}, ','), '') || ']'` : row
  const names = [...selected.keys()].map(quoteIdentifier).join(', ')
  return `with "$rows"(${names}) as (${sql}) select ${json} from (select ${columns.join(', ')} from "$rows") "$row"${shape.list ? '' : ' limit 1'}`
}

type ReadableTable = PgTable & {
  readonly $read?: { readonly shape: Readonly<Record<string, AnySchema>> }
}

/**
 * How Postgres writes a selected column for a field of the response. Undefined where only JavaScript can.
 *
 * The field's schema must be the model's own: what the table holds was checked when it was written.
 */
function expression(
  [name, schema, wireName]: JsonField,
  selected: Column | undefined,
): string | undefined {
  // Postgres would silently shorten the name.
  if (selected === undefined || Buffer.byteLength(wireName) > maxNameBytes) return undefined
  const table = getColumnTable<ReadableTable>(selected)
  const found = columnsOf(table)?.find((known) => getTableColumns(table)[known.field] === selected)
  if (found === undefined || table.$read?.shape[found.field] !== schema) return undefined
  if (some(schema, isCodec) || hasWireNames(schema)) return undefined
  const sent = quoteIdentifier(wireName)
  const written = found.traits.json?.(quoteIdentifier(name))
  return written === undefined || written === sent ? written : `${written} as ${sent}`
}
