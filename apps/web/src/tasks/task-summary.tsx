'use client'
import { useStats } from './use-tasks.ts'

/** The summary line of the open tasks. */
export function TaskSummary() {
  const { data } = useStats()
  if (data === undefined || data.total === 0) return null
  const { total, completed, overdue } = data
  return (
    <p className="summary">
      {total - completed} open · {completed} done
      {overdue > 0 && (
        <>
          {' · '}
          <strong className="overdue">{overdue} overdue</strong>
        </>
      )}
    </p>
  )
}
