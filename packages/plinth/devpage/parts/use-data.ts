import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api.ts'

/** The state of something that is loaded. */
export interface Loaded<T> {
  /** The newest answer. It stays while the next one is loaded. */
  readonly data: T | undefined
  readonly error: Error | undefined
  /** Loads it again. */
  readonly reload: () => void
}

/** Loads an endpoint, and again whenever its path changes. `undefined` loads nothing. */
export function useData<T>(path: string | undefined): Loaded<T> {
  const state = useSignal<{ path?: string; data?: T; error?: Error }>({})
  const again = useSignal(0)
  useEffect(() => {
    if (path === undefined) return undefined
    const abort = new AbortController()
    get<T>(path, abort.signal).then(
      (data) => {
        state.value = { path, data }
      },
      (error: Error) => {
        if (!abort.signal.aborted) state.value = { path, error }
      },
    )
    return () => abort.abort()
  }, [path, again.value])
  const isCurrent = state.value.path === path
  return {
    data: isCurrent ? state.value.data : undefined,
    error: isCurrent ? state.value.error : undefined,
    reload: () => {
      again.value++
    },
  }
}
