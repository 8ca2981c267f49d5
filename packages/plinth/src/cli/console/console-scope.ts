import { internals } from '../../http/internals.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, ne, not, or, sql } from 'drizzle-orm'
import { hasPart, loadModels, type Project } from '../project.ts'
import { loadService } from '../service.ts'

/** Drizzle's functions for conditions and orders. */
const operators = { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, ne, not, or, sql }

/** The names that code in the console can use. */
export interface ConsoleScope {
  readonly title: string
  /** The database's URL without its password; undefined without one. */
  readonly location: string | undefined
  /** The service's own values. */
  readonly names: Readonly<Record<string, unknown>>
  /** Those of Drizzle. */
  readonly operators: Readonly<Record<string, unknown>>
  /** Closes the app's dependencies and the database. */
  close(): Promise<void>
}

/**
 * Loads a service for the console: its app, database, settings, and models.
 *
 * The app is not started: no lifespan runs, and no job. `enqueue` works.
 */
export async function consoleScope(project: Project): Promise<ConsoleScope> {
  const { api, db, env } = await loadService(project)
  const models = hasPart(project, 'models') ? await loadModels(project) : {}
  const { jobs } = api[internals]
  jobs?.use({ work: false })
  await jobs?.start()
  /** Creates a dependency, and uses it before it is closed. */
  const run = <T, R = T>(
    asked: Dependency<T>,
    use: (value: T) => R | Promise<R> = (value) => value as unknown as R,
  ): Promise<R> => api.run(asked, use)
  return {
    title: api.title,
    location: db?.location,
    names: { app: api, ...(db && { db }), ...(env && { env }), run, ...models },
    operators,
    async close() {
      await api.stop()
      await db?.close()
    },
  }
}
