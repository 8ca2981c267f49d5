import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { queryOf } from './task-filter.ts'
import type { Task } from './task.ts'

/** The path of the lists in the cache. */
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

/**
 * Returns true if the list of this key matches the task. If only the API can decide, it is false.
 */
export function holds([, asked]: QueryKey, task: Task): boolean {
  const { completed, priority, projectId, tag, q } =
    (asked as { query?: ReturnType<typeof queryOf> } | undefined)?.query ?? {}
  const isFree = tag === undefined && q === undefined
  const isSame = (wanted: unknown, value: unknown) => wanted === undefined || wanted === value
  return (
    isFree &&
    isSame(completed, task.completed) &&
    isSame(priority, task.priority) &&
    isSame(projectId, task.projectId)
  )
}

/**
 * Shows a change in lists (by default in all) before the API responds.
 *
 * Returns a function that undoes it.
 */
export async function showAtOnce(
  queries: QueryClient,
  changed: (pages: Pages | undefined) => Pages | undefined,
  isMeant: (key: QueryKey) => boolean = () => true,
): Promise<() => void> {
  const filters = {
    queryKey: [tasksPath],
    predicate: ({ queryKey }: { queryKey: QueryKey }) => isMeant(queryKey),
  }
  await queries.cancelQueries(filters)
  const before = queries.getQueriesData<Pages>(filters)
  queries.setQueriesData<Pages>(filters, changed)
  return () => {
    for (const [key, data] of before) queries.setQueryData(key, data)
  }
}

/** Reloads the queries that a change may affect. */
export function refresh(queries: QueryClient): Promise<unknown> {
  return Promise.all(
    [tasksPath, `${tasksPath}/stats`].map((path) =>
      queries.invalidateQueries({ queryKey: [path] }),
    ),
  )
}
