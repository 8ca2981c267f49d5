import type { Database } from '../database/database.ts'
import { jobsSchema } from '../database/job-grants.ts'
import { ownSchema } from '../database/own-tables.ts'
import { quoteIdentifier } from '../sql/quote-identifier.ts'
import { drizzleKit } from './generate/drizzle-kit.ts'
import { migratedModels } from './generate/migrated-models.ts'
import { stateOfModels } from './generate/models-state.ts'

/** Empties a database: drops `public`, Plinth's own schemas, every schema of the models, and others. */
export async function dropSchemas(
  db: Database,
  models: Readonly<Record<string, unknown>>,
  others: readonly string[] = [],
): Promise<void> {
  const { ddl } = await stateOfModels(await drizzleKit(), migratedModels(models))
  const schemas = ddl.flatMap((entity) => ('schema' in entity ? entity.schema : []))
  const names = [
    ...new Set(['public', 'drizzle', ownSchema, jobsSchema, ...schemas, ...others]),
  ].map(quoteIdentifier)
  await db.execute(
    `${names.map((name) => `drop schema if exists ${name} cascade;`).join(' ')} create schema public`,
  )
}
