import { join } from 'node:path'
import { DevPage } from '../../devtools/dev-page.ts'
import { ownFolder } from '../own-package.ts'
import { completeModels } from '../db/complete-models.ts'
import { hasPart, type Project } from '../project.ts'
import type { Service } from '../service.ts'
import { loadAuth } from '../service-migrations.ts'

/**
 * Creates the development page of a service, once per process.
 *
 * @param service - returns the service as it is now: a reload replaces it
 */
export function createDevPage(project: Project, service: () => Service): DevPage {
  const { root } = project
  const { api, models, migrations } = project.paths
  return new DevPage({
    root,
    assets: join(ownFolder, 'assets/devpage'),
    service: () => {
      const { db } = service()
      return {
        ...service(),
        root,
        paths: { api, models, migrations },
        models: async () => (hasPart(project, 'models') ? await completeModels(project) : {}),
        auth: async () => db && (await loadAuth(project, db)),
      }
    },
  })
}
