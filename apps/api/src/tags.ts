import { asc, eq } from 'drizzle-orm'
import { resource, router } from 'plinth'
import * as z from 'zod'
import { db } from './database.ts'
import { currentUser } from './dependencies.ts'
import { Tag } from './models.ts'

const tags = router('/api/tags', { dependencies: { user: currentUser, db } })

export const { create, update, remove } = resource(tags, Tag, { except: ['list', 'read'] })

/** All tags of the caller, without pages, because there are few. */
export const list = tags.get('/', { response: z.array(Tag) }, ({ db, user }) =>
  db.select().from(Tag).where(eq(Tag.userId, user.id)).orderBy(asc(Tag.name)),
)
