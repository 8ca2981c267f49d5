'use client'
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { pageOptions, queryOptions } from 'plinth/client/tanstack'
import { useApi } from '../client/api.tsx'
import { sentenceOf } from '../client/problems.ts'
import { useNotify } from '../ui/notices.tsx'
import { holds, refresh, showAtOnce, withChange, withoutTask, withTask } from './task-cache.ts'
import { queryOf, type TaskFilter } from './task-filter.ts'
import {
  createTask,
  removeTask,
  setCompleted,
  shownAs,
  unsavedId,
  updateTask,
  type Task,
  type TaskInput,
} from './task.ts'

/** The tasks of a filter, page by page. */
export function useTasks(filter: TaskFilter) {
  const { api } = useApi()
  return useInfiniteQuery({
    ...pageOptions(api, '/api/tasks', { query: queryOf(filter) }),
    placeholderData: keepPreviousData,
  })
}

export function useStats() {
  const { api } = useApi()
  return useQuery(queryOptions(api, '/api/tasks/stats'))
}

/** Reports errors of changes without a form in a notice. */
const useTold = () => {
  const notify = useNotify()
  return (error: Error): void => notify({ isError: true, text: sentenceOf(error) })
}

type Undo = { readonly undo: () => void }
/** An optimistic update: it is shown at once, undone if the API refuses it, and then reloaded. */
const optimistic = (queries: QueryClient, tell?: (error: Error) => void) => ({
  onError: (error: Error, _input: unknown, shown: Undo | undefined) => {
    shown?.undo()
    tell?.(error)
  },
  onSettled: () => refresh(queries),
})

/** Creates a task. `onError` is for a caller that may be gone by then, such as a deleted row. */
export function useCreateTask(onError?: (error: Error) => void) {
  const { api } = useApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (input: TaskInput) => createTask(api, input),
    onMutate: async (input) => {
      const task = preview(input)
      return { undo: await showAtOnce(queries, withTask(task), (key) => holds(key, task)) }
    },
    ...optimistic(queries, onError),
  })
}

export function useUpdateTask() {
  const { api } = useApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id, input }: { id: string; input: TaskInput }) => updateTask(api, id, input),
    onMutate: async ({ id, input }) => ({
      undo: await showAtOnce(queries, withChange(id, shownAs(input))),
    }),
    ...optimistic(queries),
  })
}

interface Completion {
  readonly id: string
  readonly completed: boolean
}

/** Completes or reopens a task. `onSuccess` runs once the API confirms it, even if the row is gone. */
export function useSetCompleted(onSuccess?: (done: Completion) => void) {
  const { api } = useApi()
  const queries = useQueryClient()
  const tell = useTold()
  return useMutation({
    mutationFn: ({ id, completed }: Completion) => setCompleted(api, id, completed),
    onMutate: async ({ id, completed }) => ({
      undo: await showAtOnce(queries, withChange(id, { completed })),
    }),
    onSuccess: (_task, done) => onSuccess?.(done),
    ...optimistic(queries, tell),
  })
}

/** Deletes a task. `onSuccess` runs once the API confirms it. */
export function useRemoveTask(onSuccess?: () => void) {
  const { api } = useApi()
  const queries = useQueryClient()
  const tell = useTold()
  return useMutation({
    mutationFn: (id: string) => removeTask(api, id),
    onMutate: async (id) => ({ undo: await showAtOnce(queries, withoutTask(id)) }),
    onSuccess: () => onSuccess?.(),
    ...optimistic(queries, tell),
  })
}

/** The expected task until the API responds. */
function preview(input: TaskInput): Task {
  const now = new Date().toISOString()
  const unknown = { id: unsavedId(), userId: '', tags: [], createdAt: now, updatedAt: now }
  return { completed: false, remindedAt: null, ...unknown, ...shownAs(input) }
}
