import { unique } from 'drizzle-orm/pg-core'
import { createdAt, field, id, model, owner, references, relationsOf, updatedAt } from 'plinth'
import * as z from 'zod'

export const Project = model('projects', {
  id: id(),
  name: z.string().min(1).max(100),
  userId: owner(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})

export const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200),
  description: z.string().max(2000).nullable().default(null),
  completed: z.boolean().default(false),
  priority: z.enum(['low', 'medium', 'high']).default('medium'),
  dueAt: z.date().nullable(),
  remindAt: z.date().nullable(),
  /** The `remindAt` of the last reminder. */
  remindedAt: field(z.date().nullable(), { readonly: true }),
  projectId: references(() => Project, { nullable: true, onDelete: 'cascade' }),
  userId: owner(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
})

export const Tag = model(
  'tags',
  { id: id(), name: z.string().min(1).max(50), userId: owner(), createdAt: createdAt() },
  (t) => [unique('tags_user_id_name_key').on(t.userId, t.name)],
)

export const TaskTag = model('task_tags', {
  taskId: references(() => Task, { primaryKey: true, onDelete: 'cascade' }),
  tagId: references(() => Tag, { primaryKey: true, onDelete: 'cascade' }),
  userId: owner(),
})

/** For `db.query`: `Task.project`, `Project.tasks`, `Task.tags` and `Tag.tasks`. */
export const relations = relationsOf({ Project, Task, Tag, TaskTag })
