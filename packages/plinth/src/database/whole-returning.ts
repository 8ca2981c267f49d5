import {
  PgAsyncDeleteBase,
  PgAsyncInsertBase,
  PgAsyncUpdateBase,
  PgInsertBuilder,
  PgUpdateBuilder,
} from 'drizzle-orm/pg-core'

/** A change of rows as Drizzle builds it, as far as this looks into it. */
interface Write {
  readonly config: {
    readonly table: object
    readonly from?: unknown
    returning?: readonly object[]
    returningFields?: object
    shape?: unknown
  }
  readonly dialect: { readonly codecs: object }
  returning(fields?: object): Write
}
type WriteClass = new (...parts: never[]) => Write

/** What a change gives back that is to give whole rows of a table. */
interface Whole {
  readonly returning: readonly object[]
  readonly fields: object
}

/** By kind of database, whose codecs are in it, and table. */
const known = new WeakMap<object, WeakMap<object, Whole>>()
const lists = new WeakSet<object>()

/** Whether a list of what is returned stands for all columns of its table: it is the same each time then. */
export const isWhole = (returning: readonly object[]): boolean => lists.has(returning)

function takeWhole({ config, dialect }: Write): boolean {
  if (config.from !== undefined) return false
  const whole = known.get(dialect.codecs)?.get(config.table)
  if (whole === undefined) return false
  config.returning = whole.returning
  config.returningFields = whole.fields
  config.shape = undefined
  return true
}

function keepWhole({ config, dialect }: Write): void {
  const { returning, returningFields: fields } = config
  if (config.from !== undefined || returning === undefined || fields === undefined) return
  const tables = known.get(dialect.codecs) ?? new WeakMap<object, Whole>()
  known.set(dialect.codecs, tables.set(config.table, { returning, fields }))
  lists.add(returning)
}

class Insert extends (PgAsyncInsertBase as unknown as WriteClass) {
  override returning(fields?: object): Write {
    if (fields !== undefined) return super.returning(fields)
    if (!takeWhole(this)) keepWhole(super.returning())
    return this
  }
}

class Update extends (PgAsyncUpdateBase as unknown as WriteClass) {
  override returning(fields?: object): Write {
    if (fields !== undefined) return super.returning(fields)
    if (!takeWhole(this)) keepWhole(super.returning())
    return this
  }
}

class Delete extends (PgAsyncDeleteBase as unknown as WriteClass) {
  override returning(fields?: object): Write {
    if (fields !== undefined) return super.returning(fields)
    if (!takeWhole(this)) keepWhole(super.returning())
    return this
  }
}

/** A database or a transaction of Drizzle's. */
interface Writer {
  readonly session: never
  readonly dialect: never
}

/**
 * Drizzle's `insert`, `update` and `delete`, for the prototype of a database: `returning()` of a whole table lists its
 * columns once, and not for every query, which costs more than all else that is built of one.
 */
export const wholeWrites = {
  insert(this: Writer, table: never, ...columns: never[]): unknown {
    const { session, dialect } = this
    const some = columns.length > 0 ? columns : undefined
    return new PgInsertBuilder(table, session, dialect, undefined, undefined, some, Insert as never)
  },
  update(this: Writer, table: never): unknown {
    const { session, dialect } = this
    return new PgUpdateBuilder(table, session, dialect, undefined, Update as never)
  },
  delete(this: Writer, table: never): unknown {
    return new Delete(table, this.session, this.dialect)
  },
}
