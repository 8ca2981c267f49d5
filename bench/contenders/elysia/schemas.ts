import { t } from 'elysia'

// Not t.UnionEnum, which sets a missing field to its first value, even in a PATCH.
const Priority = t.Union([t.Literal('low'), t.Literal('medium'), t.Literal('high')])
const Uuid = t.String({ format: 'uuid' })

export const Task = t.Object({
  id: Uuid,
  title: t.String(),
  description: t.Nullable(t.String()),
  completed: t.Boolean(),
  priority: Priority,
  dueAt: t.Nullable(t.Date()),
  projectId: t.Nullable(Uuid),
  userId: t.String(),
  createdAt: t.Date(),
  updatedAt: t.Date(),
})

export const TaskCreate = t.Object({
  title: t.String({ minLength: 1, maxLength: 200 }),
  description: t.Optional(t.Nullable(t.String({ maxLength: 2000 }))),
  completed: t.Optional(t.Boolean()),
  priority: t.Optional(Priority),
  dueAt: t.Optional(t.Nullable(t.Date())),
  projectId: t.Optional(t.Nullable(Uuid)),
})

export const TaskUpdate = t.Partial(TaskCreate)

export const Id = t.Object({ id: Uuid })

export const Problem = t.Object({ message: t.String() })
