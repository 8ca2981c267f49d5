import { sql } from 'drizzle-orm'
import { app } from 'plinth'
import manifest from '../package.json' with { type: 'json' }
import { db } from './database.ts'
import { env } from './env.ts'
import * as notes from './notes.ts'

/**
 * The app. `plinth dev` and `plinth start` serve it; other servers can use the handler `api.fetch`.
 */
export const api = app({
  title: 'my-app',
  version: manifest.version,
  routes: { notes },
  cors: { origins: env.CORS_ORIGINS },
  ready: { database: () => db.execute(sql`select 1`) },
})
