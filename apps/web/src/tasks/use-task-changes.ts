'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useApi } from '../client/api.tsx'
import { backoff, followChanges } from './follow-changes.ts'
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
    const follow = (): void => {
      listening?.abort()
      listening = undefined
      if (document.visibilityState === 'hidden') return
      listening = new AbortController()
      void followChanges({
        connect: (signal) => api.get('/api/tasks/live', { signal }),
        // A change of this window is shown already, and reloads the lists when it is settled.
        changed: () => void (queries.isMutating() === 0 && refresh(queries)),
        signal: listening.signal,
        pause: backoff,
      })
    }
    follow()
    const end = new AbortController()
    document.addEventListener('visibilitychange', follow, { signal: end.signal })
    // The browser does not tell a stream that the network was away.
    window.addEventListener('online', follow, { signal: end.signal })
    return () => {
      end.abort()
      listening?.abort()
    }
  }, [api, queries])
}
