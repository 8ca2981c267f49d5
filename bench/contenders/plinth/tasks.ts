import { and, desc, eq } from 'drizzle-orm'
import { one, router } from 'plinth'
import * as z from 'zod'
import { currentUser, db } from './dependencies.ts'
import { Task } from './models.ts'

const tasks = router('/api/tasks', { dependencies: { user: currentUser, db } })
const Id = z.object({ id: z.uuid() })
const mine = (id: string, user: { id: string }) => and(eq(Task.id, id), eq(Task.userId, user.id))

export const list = tasks.get('/', { response: z.array(Task) }, ({ db, user }) =>
  db.select().from(Task).where(eq(Task.userId, user.id)).orderBy(desc(Task.createdAt)).limit(20),
)

export const create = tasks.post(
  '/',
  { body: Task.$create, response: Task, status: 201 },
  ({ db, user, body }) =>
    one(
      db
        .insert(Task)
        .values({ ...body, userId: user.id })
        .returning(),
    ),
)

export const read = tasks.get(
  '/:id',
  { params: Id, response: Task, errors: [404] },
  ({ db, user, params }) => one(db.select().from(Task).where(mine(params.id, user))),
)

export const update = tasks.patch(
  '/:id',
  { params: Id, body: Task.$update, response: Task, errors: [404] },
  ({ db, user, params, body }) =>
    one(db.update(Task).set(body).where(mine(params.id, user)).returning()),
)
