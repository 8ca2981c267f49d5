import { useEffect } from 'preact/hooks'
import { onLive } from '../live/connect.ts'
import { useData, type Loaded } from './use-data.ts'

/** Milliseconds between two loads while requests come in. */
const pause = 1000

/** Loads an endpoint, and again after new requests, at most once a second. */
export function useLiveData<T>(path: string): Loaded<T> {
  const loaded = useData<T>(path)
  const { reload } = loaded
  useEffect(() => {
    let timer: number | undefined
    const later = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        reload()
      }, pause) as unknown as number
    }
    const stops = [onLive('requests', later), onLive('reloaded', later)]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [path])
  return loaded
}
