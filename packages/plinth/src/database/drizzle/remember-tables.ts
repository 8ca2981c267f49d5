import type { PgTable } from 'drizzle-orm/pg-core'
import { currentRequest } from '../../http/request-scope.ts'
import { noteWrite } from '../pending-writes.ts'
import { rememberReturned } from './returned-columns.ts'
import { Session } from './session.ts'

type BuildWrite = (table: PgTable, ...rest: never[]) => unknown

/** The methods of Drizzle's databases and transactions that begin a write, or a statement that may be one. */
interface Writes {
  execute: (...given: never[]) => object
  insert: BuildWrite
  update: BuildWrite
  delete: BuildWrite
}

/**
 * Makes the writes of a class remember their table object, and remembers each write until it runs.
 *
 * An error of Postgres is then explained by the model that was written, even if another model has the same table.
 */
export function rememberTables(prototype: Writes): void {
  const { execute } = prototype
  prototype.execute = function (this: object, ...given) {
    return noteWrite('raw SQL', undefined, execute.apply(this, given))
  }
  for (const method of ['insert', 'update', 'delete'] as const) {
    const build = prototype[method]
    prototype[method] = function (this: object, table, ...rest) {
      const built = build.call(writing(this, table), table, ...rest)
      return noted(method, table, built as Partial<Builder>)
    }
  }
}

/** The steps of Drizzle's builders that lead to a query. A delete is a query at once. */
interface Builder {
  values: (...given: unknown[]) => object
  select: (...given: unknown[]) => object
  set: (...given: unknown[]) => object
}
const steps = ['values', 'select', 'set'] as const

/** Remembers the write until it runs. */
function noted(method: string, table: PgTable, built: Partial<Builder>): object {
  if (currentRequest() === undefined) return built
  if ('getSQL' in built) return noteWrite(method, table, rememberReturned(built))
  for (const step of steps) {
    const own = built[step]
    if (own !== undefined)
      built[step] = (...given) =>
        noteWrite(method, table, rememberReturned(own.apply(built, given)))
  }
  return built
}

/** The views of each database and transaction, by table. They live as long as the database or transaction. */
const views = new WeakMap<object, Map<PgTable, object>>()

/** A view of a database whose session knows the table. `session` is Drizzle's private field, and may be missing. */
function writing(db: { readonly session?: unknown }, table: PgTable): object {
  const { session } = db
  if (!(session instanceof Session)) return db
  const known = views.get(db) ?? new Map<PgTable, object>()
  let view = known.get(table)
  if (view === undefined) {
    view = Object.create(db, { session: { value: session.writing(table) } }) as object
    views.set(db, known.set(table, view))
  }
  return view
}
