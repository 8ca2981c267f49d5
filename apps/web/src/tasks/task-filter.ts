import type { Priority } from './task.ts'

/** The filter and the sort order of the list, as in the page's address. */
export interface TaskFilter {
  readonly status: 'open' | 'done' | 'all'
  readonly sort: Sort
  readonly q: string
  readonly priority: Priority | undefined
  readonly project: string | undefined
  readonly tag: string | undefined
}

const sorts = ['-createdAt', 'createdAt', 'dueAt', '-updatedAt', 'title'] as const
export type Sort = (typeof sorts)[number]
export const sortNames: Readonly<Record<Sort, string>> = {
  '-createdAt': 'Newest first',
  createdAt: 'Oldest first',
  dueAt: 'Due soonest',
  '-updatedAt': 'Changed last',
  title: 'Title',
}

const statuses = ['open', 'done', 'all'] as const
const priorities = ['low', 'medium', 'high'] as const

const oneOf = <T extends string>(among: readonly T[], text: string | null): T | undefined =>
  among.find((value) => value === text)

/** Reads the filter from the page's address. Invalid parameters are ignored. */
export const filterOf = (search: URLSearchParams): TaskFilter => ({
  status: oneOf(statuses, search.get('status')) ?? 'open',
  sort: oneOf(sorts, search.get('sort')) ?? '-createdAt',
  q: search.get('q') ?? '',
  priority: oneOf(priorities, search.get('priority')),
  project: search.get('project') ?? undefined,
  tag: search.get('tag') ?? undefined,
})

/** Makes the page's address of a filter, without defaults. */
export function addressOf(filter: TaskFilter): string {
  const usual: Partial<TaskFilter> = { status: 'open', sort: '-createdAt', q: '' }
  const said = Object.entries(filter).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && usual[entry[0] as keyof TaskFilter] !== entry[1],
  )
  const search = new URLSearchParams(said).toString()
  return search === '' ? '/' : `/?${search}`
}

/** Converts a filter to a query of the API. */
export const queryOf = ({ status, sort, q, priority, project, tag }: TaskFilter) => ({
  sort,
  ...(status !== 'all' && { completed: status === 'done' }),
  ...(q.trim() !== '' && { q: q.trim().slice(0, 200) }),
  ...(priority && { priority }),
  ...(project && { projectId: project }),
  ...(tag && { tag }),
})

/** Returns true if the filter hides more than completed tasks. */
export const isNarrowed = ({ q, priority, project, tag }: TaskFilter): boolean =>
  q.trim() !== '' || [priority, project, tag].some((value) => value !== undefined)
