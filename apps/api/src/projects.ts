import { asc, eq } from 'drizzle-orm'
import { resource, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { Project } from './models.ts'

const projects = router('/api/projects', { dependencies: { user: currentUser, db } })

export const { create, read, update, remove } = resource(projects, Project, {
  except: ['list'],
  descriptions: { remove: 'Deletes its tasks too.' },
})

/** All projects of the caller, without pages, because there are few. */
export const list = projects.get('/', { response: z.array(Project) }, ({ db, user }) =>
  db
    .select()
    .from(Project)
    .where(eq(Project.userId, user.id))
    .orderBy(asc(Project.createdAt), asc(Project.id)),
)
