// Drizzle's classification of the pieces of a query. It is exported but undocumented, so the namespace is read instead
// of named imports: a missing named import would fail before any check could run.
import * as drizzle from 'drizzle-orm'

export const { chunkKindOf, chunkKinds } = drizzle

/** True for a piece of SQL, as opposed to a value. */
export const isSql = (value: unknown): boolean => chunkKindOf(value) === chunkKinds.sql
