import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../packages/plinth/test/support/postgres/postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    databaseUrl: string
  }
}

/** Starts the Postgres server of the `app-postgres` project, and stops it after the last test. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('databaseUrl', server.url)
  return () => server.stop()
}
