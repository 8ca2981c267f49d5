import { existsSync } from 'node:fs'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { readMigrations } from '../../migrations/files.ts'
import { migrationStatus } from '../../migrations/migrate.ts'
import { betterAuthTables } from '../diagrams/better-auth-tables.ts'
import { graphMermaid } from '../diagrams/graph-mermaid.ts'
import { layOut } from '../diagrams/lay-out.ts'
import { modelsGraph } from '../diagrams/models-graph.ts'
import type { DevService } from '../dev-service.types.ts'
import type { DevEndpoint } from '../frame/endpoint.types.ts'
import { inWords } from '../tables/bounded-transaction.ts'
import type {
  DriftReport,
  MigrationList,
  MigrationState,
  ShownDiagram,
  ShownMigration,
} from './shown-models.types.ts'

/** The most characters of a migration that are sent, and the most migrations. */
const most = { characters: 100_000, migrations: 500 } as const

/** Errors of the setup as responses: the page shows their message. */
async function explained<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof PlinthError) throw new HttpError(409, error.message, { cause: error })
    throw inWords(error)
  }
}

/** The entity-relationship diagram with the places of its parts, and as Mermaid text. */
async function readDiagram(service: DevService): Promise<ShownDiagram> {
  const [models, auth] = [await service.models(), await service.auth()]
  const graph = modelsGraph(models, auth && (await betterAuthTables(auth)))
  return { graph: await layOut(graph), mermaid: graphMermaid(graph) }
}

async function readDrift(service: DevService): Promise<DriftReport> {
  const { models: file, migrations: folder } = service.paths
  // It compares with drizzle-kit, which takes a second to load.
  const { findDrift } = await import('../../migrations/generate/find-drift.ts')
  const drift = await findDrift({ models: await service.models(), file, folder, db: service.db })
  return {
    drift: drift.map(({ between, message, statements = [] }) => ({
      between,
      message,
      statements: statements.slice(0, 50),
    })),
  }
}

/** The migrations of the folder, newest first, with their state in the database. */
async function listMigrations({ db, paths }: DevService): Promise<MigrationList> {
  const folder = paths.migrations
  if (!existsSync(folder)) return { folder, migrations: [], unknown: [] }
  const found = readMigrations(folder)
  const status = db && (await migrationStatus(db, { folder }))
  const stateOf = (name: string): MigrationState => {
    if (status === undefined) return 'no database'
    if (status.begun?.name === name) return 'begun'
    if (status.changed.includes(name)) return 'edited'
    return status.pending.includes(name) ? 'pending' : 'applied'
  }
  const appliedAt = new Map(status?.applied.map((one) => [one.name, one.appliedAt]))
  const shown = found.toReversed().slice(0, most.migrations)
  return {
    folder,
    migrations: shown.map(({ name, text }): ShownMigration => {
      const at = appliedAt.get(name)
      return {
        name,
        state: stateOf(name),
        appliedAt: at?.toISOString() ?? null,
        sql: text.slice(0, most.characters),
      }
    }),
    unknown: status?.unknown ?? [],
  }
}

/** The endpoints of the view "Models": the diagram, drift, and migrations. */
export const modelEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/models', run: ({ service }) => explained(() => readDiagram(service)) },
  { method: 'GET', path: '/drift', run: ({ service }) => explained(() => readDrift(service)) },
  {
    method: 'GET',
    path: '/migrations',
    run: ({ service }) => explained(() => listMigrations(service)),
  },
]
