import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../../src/database/database.ts'
import { findDrift } from '../../../src/migrations/generate/find-drift.ts'
import {
  generateMigration,
  type GenerateOptions,
} from '../../../src/migrations/generate/generate-migration.ts'
import { migrate } from '../../../src/migrations/migrate.ts'

/** A state of the models, and how the migration to it is generated. */
export interface ModelStep extends Partial<
  Pick<GenerateOptions, 'allow' | 'backfill' | 'rename' | 'ask'>
> {
  readonly models: Readonly<Record<string, unknown>>
  /** Runs after the migration. */
  readonly rows?: string
}

/** Generates and applies a migration for each step, and requires that no difference remains. Returns their SQL. */
export async function walkModels(db: Database, steps: readonly ModelStep[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-walk-'))
  const texts: string[] = []
  for (const { models, rows, ...options } of steps) {
    const written = await generateMigration({ folder, models, ...options })
    texts.push(written?.sql ?? '')
    await migrate(db, { folder })
    const drift = await findDrift({ models, folder, db })
    if (drift.length > 0)
      throw new Error(`After ${written?.sql}\nthe database differs: ${JSON.stringify(drift)}`)
    if (rows !== undefined) await db.execute(rows)
  }
  return texts
}
