'use client'
import { LoadFailed } from '../ui/load-failed.tsx'
import { StatePanel } from '../ui/state-panel.tsx'
import { isNarrowed, type TaskFilter } from './task-filter.ts'
import { TaskRow } from './task-row.tsx'
import type { Task } from './task.ts'
import { useTasks } from './use-tasks.ts'

interface TaskListProps {
  readonly filter: TaskFilter
  readonly onChange: (changes: Partial<TaskFilter>) => void
  readonly onOpen: (task: Task) => void
}

/** The tasks of a filter, or a placeholder without tasks. */
export function TaskList({ filter, onChange, onOpen }: TaskListProps) {
  const tasks = useTasks(filter)
  const items = tasks.data?.pages.flatMap((page) => page.items)
  if (items === undefined) {
    if (tasks.isError) return <LoadFailed error={tasks.error} retry={() => void tasks.refetch()} />
    return <Skeleton />
  }
  const isStale = tasks.isPlaceholderData
  return (
    <section aria-label="Your tasks" aria-busy={isStale} className={isStale ? 'stale' : undefined}>
      <p className="visually-hidden" aria-live="polite">
        {isStale ? '' : countOf(items.length, tasks.hasNextPage)}
      </p>
      {tasks.isError && (
        <p className="form-error" role="alert">
          The list could not be brought up to date.{' '}
          <button type="button" className="link" onClick={() => void tasks.refetch()}>
            Try again
          </button>
        </p>
      )}
      {items.length === 0 && <Nothing filter={filter} onChange={onChange} />}
      {items.length > 0 && (
        <ul className="task-list">
          {items.map((task) => (
            <TaskRow key={task.id} task={task} onOpen={() => onOpen(task)} />
          ))}
        </ul>
      )}
      {tasks.hasNextPage && (
        <button
          type="button"
          className="button more"
          disabled={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          {tasks.isFetchingNextPage ? 'Loading…' : 'Load more'}
        </button>
      )}
    </section>
  )
}

const countOf = (count: number, isMore: boolean): string =>
  `${count}${isMore ? ' or more' : ''} ${count === 1 ? 'task' : 'tasks'} shown`

function Skeleton() {
  return (
    <div className="task-list skeleton" role="status">
      <span className="visually-hidden">Loading your tasks…</span>
      {['first', 'second', 'third'].map((row) => (
        <div key={row} className="skeleton-row">
          <span />
        </div>
      ))}
    </div>
  )
}

function Nothing({ filter, onChange }: Omit<TaskListProps, 'onOpen'>) {
  if (isNarrowed(filter))
    return (
      <StatePanel title="Nothing matches">
        <p>No task matches these filters.</p>
        <button
          type="button"
          className="button"
          onClick={() =>
            onChange({ q: '', priority: undefined, project: undefined, tag: undefined })
          }
        >
          Clear filters
        </button>
      </StatePanel>
    )
  if (filter.status === 'done')
    return (
      <StatePanel title="Nothing done yet">
        <p>What you complete is kept here.</p>
      </StatePanel>
    )
  return (
    <StatePanel title="All clear">
      <p>Nothing is left to do. Write the next thing above.</p>
    </StatePanel>
  )
}
