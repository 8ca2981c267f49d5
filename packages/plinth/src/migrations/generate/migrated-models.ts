import { isMigrated } from '../../models/from-table.ts'

/**
 * The exports of a models module, without tables that another tool migrates: `fromTable(table, { migrate: false })`.
 */
export const migratedModels = (
  models: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(models).filter(([, exported]) => isMigrated(exported)))
