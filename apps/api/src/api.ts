import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { app, migrate, mode } from 'plinth'
import { db } from './database.ts'
import { env } from './env.ts'
import * as me from './me.ts'
import * as projects from './projects.ts'
import * as tags from './tags.ts'
import * as tasks from './tasks.ts'

/** Written by `npm run migration`, and part of every deployment. */
const migrations = fileURLToPath(new URL('../migrations', import.meta.url))

export const api = app({
  title: 'Tasks',
  version: '0.1.0',
  description: 'Tasks, projects and tags. Each belongs to the caller, and nobody else sees it.',
  routes: { tasks, projects, tags, me },
  cors: { origins: env.CORS_ORIGINS },
  ready: { database: () => db.execute(sql`select 1`) },
  lifespan: async function* () {
    // In production migrations are a step of the deployment: npm run migrate.
    if (mode() !== 'production') await migrate(db, { folder: migrations })
    yield
    await db.close()
  },
})
