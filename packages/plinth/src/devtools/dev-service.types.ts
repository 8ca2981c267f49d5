import type { App } from '../app/app.types.ts'
import type { Database } from '../database/database.ts'
import type { BetterAuthInstance } from '../database/kysely/better-auth-instance.ts'

/** The service that the development page shows. A reload replaces it. */
export interface DevService {
  readonly api: App
  /** `undefined` for a service without a database. */
  readonly db: Database | undefined
  /** Its settings; `undefined` if it exports none. */
  readonly env: Readonly<Record<string, unknown>> | undefined
  /** The absolute path of its folder. */
  readonly root: string
  /** The absolute paths of its parts. Only `api` is sure to exist. */
  readonly paths: { readonly api: string; readonly models: string; readonly migrations: string }
  /** Loads the exports of the models' file; none if it does not exist. */
  models(): Promise<Readonly<Record<string, unknown>>>
  /** Loads the Better Auth instance that shares the database; `undefined` without one. */
  auth(): Promise<BetterAuthInstance | undefined>
}
