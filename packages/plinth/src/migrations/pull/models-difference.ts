import type { Database } from '../../database/database.ts'
import { databaseDifference } from '../generate/database-difference.ts'
import { drizzleKit, type DrizzleKit } from '../generate/drizzle-kit.ts'
import { stateOfModels } from '../generate/models-state.ts'

/**
 * The statements that would make the tables of a database match some models.
 *
 * It is undefined if drizzle-kit, which compares them, is not installed.
 */
export async function modelsDifference(
  db: Database,
  models: Readonly<Record<string, unknown>>,
): Promise<readonly string[] | undefined> {
  const kit: DrizzleKit | undefined = await drizzleKit().catch(() => undefined)
  if (kit === undefined) return undefined
  const state = await stateOfModels(kit, models)
  return await databaseDifference(kit, db, { models, states: [state] })
}
