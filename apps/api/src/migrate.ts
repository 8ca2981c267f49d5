// A step of the deployment: node apps/api/src/migrate.ts, with the environment of the backend.
import { fileURLToPath } from 'node:url'
import { migrate } from 'plinth/migrations'
import { db } from './database.ts'

/** The folder that plinth db generate writes to; it is part of every deployment. */
export const migrations = fileURLToPath(new URL('../migrations', import.meta.url))

if (import.meta.main) {
  const applied = await migrate(db, { folder: migrations, jobs: true })
  for (const name of applied) console.log(`applied ${name}`)
  if (applied.length === 0) console.log('The database is up to date')
  await db.close()
}
