import { type Database, sharedOf } from '../database/database.ts'
import { ownTables } from '../database/own-tables.ts'
import {
  type BetterAuthInstance,
  instanceDatabase,
  isBetterAuthInstance,
} from '../database/kysely/better-auth-instance.ts'
import { hasDialect } from '../database/kysely/dialect-database.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { internals } from '../http/internals.ts'
import { migrateAll, type MigrateAllOptions, type MigratedAll } from '../migrations/migrate.ts'
import { directUrl } from './direct-url.ts'
import { hasPart, loadApi, loadPart, type Project } from './project.ts'

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_PROJECT_INVALID', message)

/**
 * Loads the Better Auth instance that shares the database of the service, if it has one.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file cannot be loaded, exports several such instances, or does
 * not export the one that another module made
 */
export async function loadAuth(
  project: Project,
  db: Database,
): Promise<BetterAuthInstance | undefined> {
  const { auth: file } = project.paths
  const exported = hasPart(project, 'auth') ? Object.values(await loadPart(project, 'auth')) : []
  const [found, another] = [...new Set<unknown>(exported)].filter(
    (value) => isBetterAuthInstance(value) && instanceDatabase(value)?.db === db,
  )
  if (another !== undefined)
    throw invalid(`${file} exports several Better Auth instances on one database: export one`)
  if (found === undefined && hasDialect(sharedOf(db, 'plinth').driver))
    throw invalid(
      `Better Auth uses the database of this service, and ${file} does not export its instance, so its tables would not be migrated: write "export const auth = betterAuth({ … })" there, or set the path of "auth" under "plinth" in package.json`,
    )
  return found as BetterAuthInstance | undefined
}

/** Applies Better Auth's migrations and those of the service, which may have neither. */
export async function migrateService(
  project: Project,
  db: Database,
  options: Omit<MigrateAllOptions, 'folder' | 'auth' | 'directUrl' | 'jobs'> = {},
): Promise<MigratedAll> {
  const auth = await loadAuth(project, db)
  // The modules of the app declare the tables of Plinth's own that it uses. An app that cannot be loaded uses none.
  const jobs = await hasJobs(project, db)
  if (auth === undefined && !hasPart(project, 'migrations') && ownTables().length === 0)
    return { applied: [], betterAuth: [], jobs: false }
  const direct = directUrl(project)
  return await migrateAll(db, {
    ...options,
    ...(hasPart(project, 'migrations') && { folder: project.paths.migrations }),
    ...(direct !== undefined && { directUrl: direct }),
    ...(auth && { auth }),
    jobs,
  })
}

/** Checks whether the app has jobs in this database. An app that cannot be loaded has none. */
async function hasJobs(project: Project, db: Database): Promise<boolean> {
  if (!hasPart(project, 'api')) return false
  const api = await loadApi(project).catch(() => undefined)
  const jobs = api?.[internals].jobs
  return jobs !== undefined && (await api!.run(jobs.options.db, (value) => value === db))
}

/** Describes the tables that were created or changed besides migrations, in lines. */
export const describeOthers = (migrated: MigratedAll): string[] => {
  const tables = describeBetterAuth(migrated)
  return [
    ...(tables === undefined ? [] : [tables]),
    ...(migrated.jobs ? ['the tables of jobs (pg-boss)'] : []),
  ]
}

/** Describes the statements of Better Auth's migrations in a line; undefined without any. */
function describeBetterAuth({ betterAuth }: MigratedAll): string | undefined {
  if (betterAuth.length === 0) return undefined
  const changes = betterAuth.flatMap((statement) => {
    const [, action, table] = /^(create|alter) table (?:"[^"]+"\.)?"([^"]+)"/i.exec(statement) ?? []
    return table === undefined ? [] : [`${action === 'alter' ? 'columns of ' : ''}${table}`]
  })
  const names = changes.length === 0 ? 'indexes' : [...new Set(changes)].join(', ')
  return `the tables of Better Auth (${names})`
}
