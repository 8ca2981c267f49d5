import { isMigrated } from '../../models/from-table.ts'
import { checkReferences } from '../../models/reference-constraints.ts'
import type { Output } from '../output.ts'
import { hasPart, loadApi, loadModels, type Project } from '../project.ts'

/** The exports of the models' module, without tables that another program migrates (`fromTable(table, { migrate: false })`). */
export async function migratedModels(project: Project): Promise<Readonly<Record<string, unknown>>> {
  const models = await loadModels(project)
  return Object.fromEntries(Object.entries(models).filter(([, one]) => isMigrated(one)))
}

/**
 * The models with everything that routes add to them: the indexes of listings.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the models or the app cannot be loaded, so indexes would be missing
 */
export async function completeModels(project: Project): Promise<Readonly<Record<string, unknown>>> {
  const models = await migratedModels(project)
  if (hasPart(project, 'api')) await loadApi(project)
  checkReferences()
  return models
}

/** Says so if there is no app, because the indexes of listings cannot be known then. */
export function noteMissingApi(project: Project, out: Output): void {
  if (hasPart(project, 'api')) return
  out.note(
    `${project.paths.api} does not exist, so the indexes of listings are not included: set the path of "api" under "plinth" in package.json`,
  )
}
