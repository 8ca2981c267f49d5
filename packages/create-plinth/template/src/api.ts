import { sql } from 'drizzle-orm'
import { app } from 'plinth'
import { db } from './database.ts'
import { env } from './env.ts'
import * as notes from './notes.ts'

/**
 * The app. `plinth dev` and `plinth start` serve it; other servers can use the handler `api.fetch`.
 */
export const api = app({
  title: 'my-app',
  routes: { notes },
  cors: { origins: env.CORS_ORIGINS },
  ready: { database: () => db.execute(sql`select 1`) },
})
