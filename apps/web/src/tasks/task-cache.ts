import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Task } from './task.ts'

/** The path that the lists are kept under. */
export const tasksPath = '/api/tasks'

interface TaskPage {
  readonly items: Task[]
  readonly next: string | null
}
type Pages = InfiniteData<TaskPage, string | null>

const change =
  (changed: (items: Task[], at: number) => Task[]) =>
  (pages: Pages | undefined): Pages | undefined =>
    pages && {
      ...pages,
      pages: pages.pages.map((page, at) => ({ ...page, items: changed(page.items, at) })),
    }

export const withTask = (task: Task) => change((items, at) => (at === 0 ? [task, ...items] : items))
export const withoutTask = (id: string) => change((items) => items.filter((task) => task.id !== id))
export const withChange = (id: string, changes: Partial<Task>) =>
  change((items) => items.map((task) => (task.id === id ? { ...task, ...changes } : task)))

/** Shows a change in every list before the API has answered; gives what takes it back. */
export async function showAtOnce(
  queries: QueryClient,
  changed: (pages: Pages | undefined) => Pages | undefined,
): Promise<() => void> {
  const filters = { queryKey: [tasksPath] }
  await queries.cancelQueries(filters)
  const before = queries.getQueriesData<Pages>(filters)
  queries.setQueriesData<Pages>(filters, changed)
  return () => {
    for (const [key, data] of before) queries.setQueryData(key, data)
  }
}

/** Asks the API anew for what a change may have changed. */
export function refresh(queries: QueryClient): Promise<unknown> {
  return Promise.all(
    [tasksPath, `${tasksPath}/stats`].map((path) =>
      queries.invalidateQueries({ queryKey: [path] }),
    ),
  )
}
