import type { Api } from '../client/api.tsx'

/** The fields of a task that a user enters. */
export interface TaskInput {
  readonly title: string
  readonly description: string | null
  readonly priority: Priority
  readonly dueAt: Date | string | null
  readonly remindAt: Date | string | null
  readonly projectId: string | null
  readonly tagIds: readonly string[]
  readonly completed?: boolean
}

export type Priority = 'low' | 'medium' | 'high'
export const priorities: readonly Priority[] = ['high', 'medium', 'low']
export const priorityNames: Readonly<Record<Priority, string>> = {
  high: 'High',
  medium: 'Medium',
  low: 'Low',
}

/** Creates a task. A retry after a lost response creates no second one. */
export const createTask = (api: Api, { tagIds, ...body }: TaskInput) =>
  api.post('/api/tasks', { body: { ...body, tagIds: [...tagIds] }, idempotencyKey: true })

/** A task as the API sends it. */
export type Task = Awaited<ReturnType<typeof createTask>>

export const updateTask = (api: Api, id: string, { tagIds, ...body }: Partial<TaskInput>) =>
  api.patch('/api/tasks/:id', {
    params: { id },
    body: { ...body, ...(tagIds && { tagIds: [...tagIds] }) },
  })

/** Completing has its own route; reopening is an update. */
export const setCompleted = (api: Api, id: string, completed: boolean) =>
  completed
    ? api.post('/api/tasks/:id/complete', { params: { id } })
    : updateTask(api, id, { completed })

export const removeTask = (api: Api, id: string) => api.delete('/api/tasks/:id', { params: { id } })

export const inputOf = ({ tags, ...task }: Task): TaskInput => ({
  title: task.title,
  description: task.description,
  priority: task.priority,
  dueAt: task.dueAt,
  remindAt: task.remindAt,
  projectId: task.projectId,
  completed: task.completed,
  tagIds: tags.map(({ id }) => id),
})

const wireOf = (date: Date | string | null): string | null =>
  date === null ? null : new Date(date).toISOString()

/** Predicts a task from the entered fields. The API adds the names of its tags. */
export const shownAs = ({
  title,
  description,
  priority,
  dueAt,
  remindAt,
  projectId,
  completed,
}: TaskInput) => ({
  title,
  description,
  priority,
  projectId,
  dueAt: wireOf(dueAt),
  remindAt: wireOf(remindAt),
  ...(completed !== undefined && { completed }),
})

const unsaved = 'unsaved-'
/** Creates a temporary id for a task without a response of the API. */
export const unsavedId = (): string => unsaved + crypto.randomUUID()
export const isUnsaved = ({ id }: { readonly id: string }): boolean => id.startsWith(unsaved)
