import { index } from 'drizzle-orm/pg-core'
import { createdAt, id, model, owner, updatedAt } from 'plinth'
import * as z from 'zod'

export const Task = model(
  'tasks',
  {
    id: id(),
    title: z.string().min(1).max(200),
    description: z.string().max(2000).nullable().default(null),
    completed: z.boolean().default(false),
    priority: z.enum(['low', 'medium', 'high']).default('medium'),
    dueAt: z.date().nullable(),
    projectId: z.uuid().nullable(),
    userId: owner(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('tasks_user_id_created_at_idx').on(t.userId, t.createdAt)],
)
