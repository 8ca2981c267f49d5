'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback, useMemo } from 'react'
import { addressOf, filterOf, type TaskFilter } from './task-filter.ts'

/** The filter that stands in the page's address, where a reload and a bookmark find it; and what changes it. */
export function useFilter(): [TaskFilter, (changes: Partial<TaskFilter>) => void] {
  const search = useSearchParams()
  const filter = useMemo(() => filterOf(search), [search])
  const change = useCallback((changes: Partial<TaskFilter>) => {
    const now = filterOf(new URLSearchParams(window.location.search))
    window.history.replaceState(null, '', addressOf({ ...now, ...changes }))
  }, [])
  return [filter, change]
}
