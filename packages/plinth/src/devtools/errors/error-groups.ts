import type { Recorder } from '../recorder/recorder.ts'
import type { ErrorGroup } from './error.types.ts'

/** The most requests that a group names. */
const mostRequests = 20

/** Gathers the recorded errors by code and route: those of the server first, then the newest. */
export function errorGroups(recorder: Recorder): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const { id, at, method, route, status, kind, error } of [...recorder.all()].toReversed()) {
    if (error === undefined) continue
    const name = route ?? 'no route'
    const key = `${error.code} ${method} ${name}`
    const known = groups.get(key)
    const requests = [...(known?.requests ?? []), id].slice(0, mostRequests)
    const count = (known?.count ?? 0) + 1
    // The newest one is met first, and is the example of its group.
    const first = known ?? { key, kind, code: error.code, method, route, status, error, last: at }
    groups.set(key, { ...first, count, requests, first: at })
  }
  return [...groups.values()].toSorted(
    (a, b) => Number(isServers(b)) - Number(isServers(a)) || b.last - a.last,
  )
}

/** Tests whether the server is at fault, and not its caller. */
const isServers = ({ status, kind }: ErrorGroup): boolean => status >= 500 || kind !== 'request'
