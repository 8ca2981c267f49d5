'use client'
import { useSearchParams } from 'next/navigation'
import { useCallback, useEffect, useRef, useState } from 'react'
import { addressOf, filterOf, type TaskFilter } from './task-filter.ts'

/**
 * The filter, and the function that changes it.
 *
 * The page's address also holds it, for reloads, bookmarks and links.
 *
 * Next reports a new address with a delay, so the page does not wait for it. Only an address from
 * elsewhere, such as a link's, is adopted.
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
