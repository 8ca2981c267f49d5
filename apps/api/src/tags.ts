import { and, asc, eq } from 'drizzle-orm'
import { one, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { Tag } from './models.ts'

const tags = router('/api/tags', { dependencies: { user: currentUser, db } })
const Id = z.object({ id: z.uuid() })
const mine = (id: string, user: { id: string }) => and(eq(Tag.id, id), eq(Tag.userId, user.id))

export const list = tags.get('/', { response: z.array(Tag) }, ({ db, user }) =>
  db.select().from(Tag).where(eq(Tag.userId, user.id)).orderBy(asc(Tag.name)),
)

export const create = tags.post(
  '/',
  { body: Tag.$create, response: Tag, status: 201, errors: [409] },
  ({ db, user, body }) =>
    one(
      db
        .insert(Tag)
        .values({ ...body, userId: user.id })
        .returning(),
    ),
)

export const update = tags.patch(
  '/:id',
  { params: Id, body: Tag.$update, response: Tag, errors: [404, 409] },
  ({ db, user, params, body }) =>
    one(db.update(Tag).set(body).where(mine(params.id, user)).returning()),
)

export const remove = tags.delete(
  '/:id',
  { params: Id, status: 204, errors: [404] },
  ({ db, user, params }) =>
    one(db.delete(Tag).where(mine(params.id, user)).returning({ id: Tag.id })),
)
