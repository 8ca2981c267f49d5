import { defineRelations } from 'drizzle-orm'
import { foreignKey, index, primaryKey, unique } from 'drizzle-orm/pg-core'
import { createdAt, field, id, model, owner, updatedAt } from 'plinth'
import * as z from 'zod'

export const Project = model(
  'projects',
  {
    id: id(),
    name: z.string().min(1).max(100),
    userId: owner(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique('projects_id_user_id_key').on(t.id, t.userId)],
)

export const Task = model(
  'tasks',
  {
    id: id(),
    title: z.string().min(1).max(200),
    description: z.string().max(2000).nullable().default(null),
    completed: z.boolean().default(false),
    priority: z.enum(['low', 'medium', 'high']).default('medium'),
    dueAt: z.date().nullable(),
    projectId: field(z.uuid().nullable(), { index: true }),
    userId: owner(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    // One for each order of the list, whose pages are read from it.
    index('tasks_user_id_created_at_idx').on(t.userId, t.createdAt, t.id),
    index('tasks_user_id_updated_at_idx').on(t.userId, t.updatedAt, t.id),
    index('tasks_user_id_title_idx').on(t.userId, t.title, t.id),
    index('tasks_user_id_due_at_idx').on(t.userId, t.dueAt, t.id),
    index('tasks_user_id_due_at_down_idx').on(t.userId, t.dueAt.desc(), t.id.desc()),
    unique('tasks_id_user_id_key').on(t.id, t.userId),
    // The pair of ids, so that Postgres itself refuses a task in another user's project.
    foreignKey({
      name: 'tasks_project_id_fkey',
      columns: [t.projectId, t.userId],
      foreignColumns: [Project.id, Project.userId],
    }).onDelete('cascade'),
  ],
)

export const Tag = model(
  'tags',
  {
    id: id(),
    name: z.string().min(1).max(50),
    userId: owner(),
    createdAt: createdAt(),
  },
  (t) => [
    unique('tags_id_user_id_key').on(t.id, t.userId),
    unique('tags_user_id_name_key').on(t.userId, t.name),
  ],
)

export const TaskTag = model(
  'task_tags',
  {
    taskId: z.uuid(),
    tagId: field(z.uuid(), { index: true }),
    userId: owner(),
  },
  (t) => [
    primaryKey({ columns: [t.taskId, t.tagId] }),
    foreignKey({
      name: 'task_tags_task_id_fkey',
      columns: [t.taskId, t.userId],
      foreignColumns: [Task.id, Task.userId],
    }).onDelete('cascade'),
    foreignKey({
      name: 'task_tags_tag_id_fkey',
      columns: [t.tagId, t.userId],
      foreignColumns: [Tag.id, Tag.userId],
    }).onDelete('cascade'),
  ],
)

export const relations = defineRelations({ Project, Task, Tag, TaskTag }, (r) => ({
  Task: {
    tags: r.many.Tag({
      from: r.Task.id.through(r.TaskTag.taskId),
      to: r.Tag.id.through(r.TaskTag.tagId),
    }),
  },
}))
