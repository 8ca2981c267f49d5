import type { Database } from '../database.ts'
import { databaseOfDialect } from './dialect-database.ts'

/** A Better Auth instance: the result of `betterAuth()` of the package `better-auth`. */
export interface BetterAuthInstance {
  /** Responds to the requests below its base path, by default `/api/auth`. */
  readonly handler: (request: Request) => Promise<Response>
  readonly api: object
  readonly options: object
  readonly $context: Promise<object>
}

/** Checks whether a value is a Better Auth instance. */
export function isBetterAuthInstance(value: unknown): value is BetterAuthInstance {
  if (typeof value !== 'object' || value === null) return false
  const { handler, api, options, $context } = value as Partial<BetterAuthInstance>
  return (
    typeof handler === 'function' &&
    typeof api === 'object' &&
    typeof options === 'object' &&
    $context instanceof Promise
  )
}

/** A database with the tables of a Better Auth instance. */
export interface InstanceDatabase {
  readonly db: Database
  readonly schema: string
}

/** The database of an instance, if `betterAuthDatabase()` gave it one. */
export function instanceDatabase({ options }: BetterAuthInstance): InstanceDatabase | undefined {
  const { database } = options as { readonly database?: { dialect?: unknown; schemaName?: string } }
  const db = databaseOfDialect(database?.dialect)
  // A spread of the result may have lost the schema. Postgres then uses the first one of search_path.
  return db && { db, schema: database?.schemaName ?? 'public' }
}
