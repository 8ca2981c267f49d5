import { and, asc, eq } from 'drizzle-orm'
import { one, resource, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser, session } from './dependencies.ts'
import { Project } from './models.ts'
import { taskChanges } from './task-changes.ts'

const projects = router('/api/projects', { dependencies: { user: currentUser, db } })

export const { create, read, update } = resource(projects, Project, {
  except: ['list', 'remove'],
})

/** All projects of the caller, without pages, because there are few. */
export const list = projects.get('/', { response: z.array(Project) }, ({ db, user }) =>
  db
    .select()
    .from(Project)
    .where(eq(Project.userId, user.id))
    .orderBy(asc(Project.createdAt), asc(Project.id)),
)

/** Deletes a project with its tasks, which the other windows of the caller then no longer show. */
export const remove = projects.delete(
  '/:id',
  {
    description: 'Deletes its tasks too.',
    params: z.object({ id: z.uuid() }),
    status: 204,
    errors: [404],
    dependencies: { db: session },
  },
  async ({ db, user, params }) => {
    const owned = and(eq(Project.id, params.id), eq(Project.userId, user.id))
    await one(db.delete(Project).where(owned).returning({ id: Project.id }))
    await taskChanges.publish(db, user.id, null)
  },
)
