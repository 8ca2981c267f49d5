import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query'
import type { queryOf } from './task-filter.ts'
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

/** Whether a list that was asked for with this key has a place for the task; what only the API can tell is a no. */
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

/** Shows a change in lists (in all, if nothing else is said) before the API has answered; gives what takes it back. */
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

/** Asks the API anew for what a change may have changed. */
export function refresh(queries: QueryClient): Promise<unknown> {
  return Promise.all(
    [tasksPath, `${tasksPath}/stats`].map((path) =>
      queries.invalidateQueries({ queryKey: [path] }),
    ),
  )
}
