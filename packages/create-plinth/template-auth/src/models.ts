import { index, pgSchema, text } from 'drizzle-orm/pg-core'
import { createdAt, id, model, owner, updatedAt } from 'plinth'
import * as z from 'zod'

// Better Auth's table. It is not exported, because Better Auth creates it.
const user = pgSchema('auth').table('user', { id: text().primaryKey() })

/** A note: the table, the request bodies, the responses, and the client's types. */
export const Note = model(
  'notes',
  {
    id: id(),
    title: z.string().min(1).max(200),
    text: z.string().max(10_000).default(''),
    userId: owner(() => user.id),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('notes_user_id_created_at_idx').on(t.userId, t.createdAt, t.id)],
)
