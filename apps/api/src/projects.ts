import { and, asc, eq } from 'drizzle-orm'
import { one, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { Project } from './models.ts'

const projects = router('/api/projects', { dependencies: { user: currentUser, db } })
const Id = z.object({ id: z.uuid() })
const mine = (id: string, user: { id: string }) =>
  and(eq(Project.id, id), eq(Project.userId, user.id))

export const list = projects.get('/', { response: z.array(Project) }, ({ db, user }) =>
  db
    .select()
    .from(Project)
    .where(eq(Project.userId, user.id))
    .orderBy(asc(Project.createdAt), asc(Project.id)),
)

export const create = projects.post(
  '/',
  { body: Project.$create, response: Project, status: 201 },
  ({ db, user, body }) =>
    one(
      db
        .insert(Project)
        .values({ ...body, userId: user.id })
        .returning(),
    ),
)

export const read = projects.get(
  '/:id',
  { params: Id, response: Project, errors: [404] },
  ({ db, user, params }) => one(db.select().from(Project).where(mine(params.id, user))),
)

export const update = projects.patch(
  '/:id',
  { params: Id, body: Project.$update, response: Project, errors: [404] },
  ({ db, user, params, body }) =>
    one(db.update(Project).set(body).where(mine(params.id, user)).returning()),
)

export const remove = projects.delete(
  '/:id',
  { params: Id, status: 204, errors: [404], description: 'Its tasks go with it.' },
  ({ db, user, params }) =>
    one(db.delete(Project).where(mine(params.id, user)).returning({ id: Project.id })),
)
