import { isMigrated } from '../../models/from-table.ts'
import { loadModels, type Project } from '../project.ts'

/** What the models' module exports, but for tables that somebody else makes: `fromTable(table, { migrate: false })`. */
export async function migratedModels(project: Project): Promise<Readonly<Record<string, unknown>>> {
  const models = await loadModels(project)
  return Object.fromEntries(Object.entries(models).filter(([, one]) => isMigrated(one)))
}
