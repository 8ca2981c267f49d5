import type { Project } from '../project.ts'
import type { Service } from '../service.ts'
import { describeOthers, migrateService } from '../service-migrations.ts'

/** Applies pending migrations. Returns a line for each thing that was applied. */
export async function applyMigrations(
  { db }: Service,
  project: Project,
): Promise<readonly string[]> {
  if (db === undefined) return []
  const migrated = await migrateService(project, db)
  return [...describeOthers(migrated), ...migrated.applied]
}
