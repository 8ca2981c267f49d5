import { and, desc, eq } from 'drizzle-orm'
import { insert, one, remove as removeRows, router, update as updateRows } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { Note } from './models.ts'

const notes = router('/api/notes', { dependencies: { user: currentUser, db } })
const Id = z.object({ id: z.uuid() })
const Page = z.object({
  limit: z.int().min(1).max(100).default(20),
  offset: z.int().min(0).max(10_000).default(0),
})

/** Finds a note of the caller. A note of another user is a 404. */
const mine = (id: string, user: { id: string }) => and(eq(Note.id, id), eq(Note.userId, user.id))

export const list = notes.get(
  '/',
  { query: Page, response: z.array(Note) },
  ({ db, user, query }) =>
    db
      .select()
      .from(Note)
      .where(eq(Note.userId, user.id))
      .orderBy(desc(Note.createdAt), desc(Note.id))
      .limit(query.limit)
      .offset(query.offset),
)

export const create = notes.post(
  '/',
  { body: Note.$create, response: Note, status: 201 },
  ({ db, user, body }) => one(insert(db, Note, { ...body, userId: user.id })),
)

export const read = notes.get(
  '/:id',
  { params: Id, response: Note, errors: [404] },
  ({ db, user, params }) => one(db.select().from(Note).where(mine(params.id, user))),
)

export const update = notes.patch(
  '/:id',
  { params: Id, body: Note.$update, response: Note, errors: [404] },
  ({ db, user, params, body }) => one(updateRows(db, Note, body).where(mine(params.id, user))),
)

export const remove = notes.delete(
  '/:id',
  { params: Id, status: 204, errors: [404] },
  ({ db, user, params }) => one(removeRows(db, Note).where(mine(params.id, user))),
)
