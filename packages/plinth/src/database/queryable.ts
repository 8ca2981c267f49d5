import type { PgAsyncDatabase, PgAsyncTransaction } from 'drizzle-orm/pg-core'
import type { AnyRelations, EmptyRelations } from 'drizzle-orm/relations'
import type { DatabaseResult } from './drivers/driver.ts'

/** Anything that builds queries: a {@link Database} or a {@link DatabaseTransaction}, on either engine. */
export type Queryable<TRelations extends AnyRelations = EmptyRelations> = PgAsyncDatabase<
  DatabaseResult,
  TRelations
>

/** An open transaction. Its own `transaction()` creates a savepoint. */
export type DatabaseTransaction<TRelations extends AnyRelations = EmptyRelations> =
  PgAsyncTransaction<DatabaseResult, TRelations>

/** A database or a transaction with any relations. */
// Drizzle's methods take relations as parameters, so a database of some relations is not assignable to one of any others.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyQueryable = Queryable<any>
