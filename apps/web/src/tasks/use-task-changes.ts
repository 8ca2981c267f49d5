'use client'
import { useQueryClient } from '@tanstack/react-query'
import { events } from 'plinth/client'
import { useEffect } from 'react'
import { useApi } from '../client/api.tsx'
import { refresh } from './task-cache.ts'

/**
 * Reloads the tasks when another window or another device has changed them.
 *
 * A hidden window does not listen, because a browser has few connections to one host. It catches up when it is shown.
 */
export function useTaskChanges(): void {
  const { api } = useApi()
  const queries = useQueryClient()
  useEffect(() => {
    let listening: AbortController | undefined
    const listen = async (signal: AbortSignal): Promise<void> => {
      for await (const _ of events(api, '/api/tasks/live', { signal, retries: Infinity }))
        // A change of this window is shown already, and reloads the lists when it is settled.
        if (queries.isMutating() === 0) void refresh(queries)
    }
    const follow = (): void => {
      listening?.abort()
      if (document.visibilityState === 'hidden') return
      listening = new AbortController()
      // The lists themselves tell the user that the service refuses or cannot be reached.
      listen(listening.signal).catch(() => {})
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      listening?.abort()
    }
  }, [api, queries])
}
