import type { Table } from 'drizzle-orm'
import { internalsAreKnown } from './internals.ts'
import type { ColumnCodecs, QueryConfig } from './query-config.ts'

/** The parts of a query that `returning()` sets. */
type Returned = Pick<QueryConfig, 'returning' | 'returningFields'>

/** An insert, update or delete as Drizzle builds it. */
interface Write {
  readonly config?: QueryConfig
  readonly dialect?: { readonly codecs: ColumnCodecs }
  returning?: (fields?: object) => object
}

/** By the codecs of the database, which are part of the list, and by table. */
const known = new WeakMap<ColumnCodecs, WeakMap<Table, Returned>>()

/**
 * Makes `returning()` of a whole table list its columns once, and not for each query.
 *
 * The list costs more than everything else of an insert: a fifth of the JavaScript of a request that creates a row.
 */
export function rememberReturned<Q extends object>(query: Q): Q {
  const write: Write = query
  const { config, dialect, returning } = write
  if (config === undefined || dialect === undefined || returning === undefined) return query
  if (!internalsAreKnown()) return query
  write.returning = (fields) => {
    // an update with more tables returns their columns, too
    if (fields !== undefined || config.from) return returning.call(query, fields)
    const tables = known.get(dialect.codecs) ?? new WeakMap<Table, Returned>()
    const returned = tables.get(config.table)
    if (returned !== undefined) return Object.assign(config, returned) && query
    returning.call(query)
    const { returning: list = [], returningFields } = config
    known.set(dialect.codecs, tables.set(config.table, { returning: list, returningFields }))
    return query
  }
  return query
}
