import type { Output } from '../output.ts'
import { hasPart, loadApi, loadModels, type Project } from '../project.ts'

/**
 * Loads the models with everything that routes add to them: the indexes of listings.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the models or the app cannot be loaded, so indexes would be missing
 */
export async function completeModels(project: Project): Promise<Readonly<Record<string, unknown>>> {
  const models = await loadModels(project)
  if (hasPart(project, 'api')) await loadApi(project)
  return models
}

/** Prints a note if there is no app, because the indexes of listings cannot be known then. */
export function noteMissingApi(project: Project, out: Output): void {
  if (hasPart(project, 'api')) return
  out.note(
    `${project.paths.api} does not exist, so the indexes of listings are not included: set the path of "api" under "plinth" in package.json`,
  )
}
