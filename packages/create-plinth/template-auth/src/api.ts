import { sql } from 'drizzle-orm'
import { app, mode } from 'plinth'
import manifest from '../package.json' with { type: 'json' }
import { auth } from './auth.ts'
import { db } from './database.ts'
import * as notes from './notes.ts'
import { runVite, vitePage } from './vite.ts'

const isDevelopment = mode() === 'development'

/**
 * The app: the API, Better Auth, and the page. `plinth dev` and `plinth start` serve it.
 */
export const api = app({
  title: 'my-app',
  version: manifest.version,
  routes: { notes },
  mount: { '/api/auth': auth.handler, ...(isDevelopment && { '/': vitePage }) },
  ...(isDevelopment ? { lifespan: runVite } : { frontend: 'dist' }),
  ready: { database: () => db.execute(sql`select 1`) },
})
