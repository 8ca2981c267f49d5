export { isPooled } from '../database/drivers/database-url.ts'
export { isMigrated } from '../models/from-table.ts'
export type { AppliedMigration, MigrationStatus } from './ledger.ts'
export {
  migrate,
  migrationStatus,
  pendingMigrations,
  type MigrateOptions,
  type MigrationFolder,
} from './migrate.ts'
