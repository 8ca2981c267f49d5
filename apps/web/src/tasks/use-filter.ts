'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'
import { addressOf, filterOf, type TaskFilter } from './task-filter.ts'

/**
 * The filter, and what changes it. It stands in the page's address too, where a reload, a bookmark and a link find it.
 *
 * Next tells of a new address some time after it was written, so what is shown does not wait for it: only an address
 * that was not written here, as a link's, is taken over.
 */
export function useFilter(): [TaskFilter, (changes: Partial<TaskFilter>) => void] {
  const search = useSearchParams()
  const [filter, setFilter] = useState(() => filterOf(search))
  const shown = useRef(filter)
  const written = useRef(new Set<string>())
  const show = useCallback((next: TaskFilter) => setFilter((shown.current = next)), [])

  useEffect(() => {
    const told = filterOf(search)
    const address = addressOf(told)
    if (address === addressOf(shown.current)) written.current.clear()
    else if (!written.current.has(address)) show(told)
  }, [search, show])

  const change = useCallback(
    (changes: Partial<TaskFilter>) => {
      const next = { ...shown.current, ...changes }
      const address = addressOf(next)
      show(next)
      written.current.add(address)
      window.history.replaceState(null, '', address)
    },
    [show],
  )
  return [filter, change]
}
