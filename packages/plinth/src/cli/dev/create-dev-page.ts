import { join } from 'node:path'
import { DevPage } from '../../devtools/dev-page.ts'
import { ownFolder } from '../own-package.ts'
import type { Project } from '../project.ts'
import type { Service } from '../service.ts'

/**
 * Creates the development page of a service, once per process.
 *
 * @param service - returns the service as it is now: a reload replaces it
 */
export function createDevPage({ root, paths }: Project, service: () => Service): DevPage {
  const { api, models, migrations } = paths
  return new DevPage({
    root,
    assets: join(ownFolder, 'assets/devpage'),
    service: () => ({ ...service(), root, paths: { api, models, migrations } }),
  })
}
