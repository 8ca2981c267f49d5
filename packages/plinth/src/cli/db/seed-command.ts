import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import type { Database } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import { loadError } from '../load-error.ts'
import { connect } from '../open-database.ts'
import { enterProject, loadDatabase, type Project } from '../project.ts'
import { requireLocal } from './local-database.ts'

/** The service's seed, in the folder of the models; undefined without one. */
function seedFile({ paths }: Project): string | undefined {
  const folder = dirname(paths.models)
  return ['seed.ts', 'seed.js', 'seed.mts', 'seed.mjs']
    .map((name) => join(folder, name))
    .find((file) => existsSync(file))
}

/** True if a service has a seed. */
export const hasSeed = (project: Project): boolean => seedFile(project) !== undefined

/**
 * Runs the service's seed.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: there is no seed, or its default export is not a function
 */
export async function seed(project: Project, db: Database): Promise<void> {
  const file = seedFile(project)
  if (file === undefined)
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      `The seed is missing: write ${join(dirname(project.paths.models), 'seed.ts')}, with "export default async (db: Database) => { await db.insert(Task).values(…) }"`,
    )
  const source = { root: project.root, file }
  const loaded = (await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw loadError(error, source)
  })) as { default?: unknown }
  if (typeof loaded.default !== 'function')
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      `The default export of ${file} is not a function: write "export default async (db) => { … }"`,
    )
  await (loaded.default as (db: Database) => unknown)(db)
}

/** `plinth db seed`: fills a development database. */
export const seedCommand = (): Command =>
  withJson(new Command('seed'))
    .description('Fills the database: runs the default export of src/seed.ts.')
    .option('--force', 'allow production and other machines')
    .action(
      action<{ readonly force?: boolean }>(async ({ out, options }) => {
        const project = enterProject()
        const db = await loadDatabase(project)
        try {
          requireLocal(db, 'writes development data', options.force)
          await connect(db, out)
          await seed(project, db)
          out.result({ seeded: true })
          out.line(`seeded ${db.location}`)
        } finally {
          await db.close()
        }
      }),
    )
