import { sql } from 'drizzle-orm'
import { app, mode } from 'plinth'
import { mcp } from 'plinth/mcp'
import { migrate, pendingMigrations } from 'plinth/migrations'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { env } from './env.ts'
import * as me from './me.ts'
import { migrations } from './migrate.ts'
import * as projects from './projects.ts'
import * as reminders from './reminders.ts'
import * as tags from './tags.ts'
import * as tasks from './tasks.ts'

async function upToDate() {
  const pending = await pendingMigrations(db, { folder: migrations })
  if (pending.length > 0) throw new Error(`Not applied yet: ${pending.join(', ')}`)
}

export const api = app({
  title: 'Tasks',
  version: '0.1.0',
  description: 'Tasks, projects and tags. Each belongs to its owner; other users cannot see it.',
  tags: [
    { name: 'tasks', description: 'Things to do, with a priority, a due date and a reminder.' },
    { name: 'projects', description: 'Groups of tasks that belong together.' },
    { name: 'tags', description: 'Words on tasks. A task can have several.' },
    { name: 'me', description: 'The user that the token belongs to.' },
  ],
  routes: { tasks, projects, tags, me },
  mcp: mcp({ user: currentUser }),
  jobs: { db, modules: { reminders } },
  cors: { origins: env.CORS_ORIGINS },
  ready: { database: () => db.execute(sql`select 1`), migrations: upToDate },
  lifespan: async function* () {
    // In production, migrations are a step of the deployment: node src/migrate.ts.
    if (mode() !== 'production') await migrate(db, { folder: migrations })
    yield
    await db.close()
  },
})
