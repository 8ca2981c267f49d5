import type { PgTable } from 'drizzle-orm/pg-core'
import { Session } from './session.ts'

type BuildWrite = (table: PgTable, ...rest: never[]) => unknown

/** The methods of Drizzle's databases and transactions that begin a write. */
interface Writes {
  insert: BuildWrite
  update: BuildWrite
  delete: BuildWrite
}

/**
 * Makes the writes of a class remember their table object.
 *
 * An error of Postgres is then explained by the model that was written, even if another model has the same table.
 */
export function rememberTables(prototype: Writes): void {
  for (const method of ['insert', 'update', 'delete'] as const) {
    const build = prototype[method]
    prototype[method] = function (this: object, table, ...rest) {
      return build.call(writing(this, table), table, ...rest)
    }
  }
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
