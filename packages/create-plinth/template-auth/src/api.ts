import { sql } from 'drizzle-orm'
import { app } from 'plinth'
import { auth } from './auth.ts'
import { db } from './database.ts'
import * as notes from './notes.ts'
import { page, runPage } from './page.ts'

/**
 * The app: the API, Better Auth, and the page. `plinth dev` and `plinth start` serve it.
 */
export const api = app({
  title: 'my-app',
  routes: { notes },
  mount: { '/api/auth': auth.handler, '/': page },
  lifespan: runPage,
  ready: { database: () => db.execute(sql`select 1`) },
})
