import { signal } from '@preact/signals'
import type { RequestSummary } from '../../src/devtools/recorder/recorded.types.ts'

const metaOf = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? ''

/** The token that every write sends. A restart of the server changes it. */
export const token = signal(metaOf('plinth-token'))
/** The title of the service. */
export const title = signal(metaOf('plinth-title'))
/** The state of the stream of events. */
export const connection = signal<'connecting' | 'open' | 'closed' | 'lost'>('connecting')

/** What the server sends when a stream begins. */
interface Hello {
  readonly token: string
  readonly title: string
  /** The server has other requests than the page: it was restarted. */
  readonly reset: boolean
}

/** The events of the server, by name, with their data. */
export interface LiveData {
  readonly hello: Hello
  readonly requests: readonly RequestSummary[]
  /** The service runs with new code. */
  readonly reloaded: unknown
}

type Listener<T> = (data: T) => void
const listeners = new Map<string, Set<Listener<never>>>()

/** Calls a function with each event of a name. Returns a function that stops it. */
export function onLive<K extends keyof LiveData>(name: K, listener: Listener<LiveData[K]>) {
  const those = listeners.get(name) ?? new Set()
  listeners.set(name, those.add(listener))
  return (): void => void those.delete(listener)
}

const names: readonly (keyof LiveData)[] = ['hello', 'requests', 'reloaded']
let source: EventSource | undefined
let lastId = ''

/** Connects to the events, whenever the page is visible: a browser has few connections to one server. */
export function connect(): void {
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  onLive('hello', (hello) => {
    token.value = hello.token
    title.value = hello.title
  })
  open()
}

function close(): void {
  source?.close()
  source = undefined
  connection.value = 'closed'
}

function open(): void {
  if (source !== undefined) return
  connection.value = 'connecting'
  const opened = new EventSource(`/_plinth/events?since=${encodeURIComponent(lastId)}`)
  source = opened
  opened.addEventListener('open', () => {
    connection.value = 'open'
  })
  opened.addEventListener('error', () => {
    connection.value = 'lost'
    // The browser gives up where the server responds with an error.
    if (opened.readyState === EventSource.CLOSED) setTimeout(reopen, 1000, opened)
  })
  for (const name of names)
    opened.addEventListener(name, (event: MessageEvent<string>) => {
      if (event.lastEventId !== '') lastId = event.lastEventId
      for (const listener of listeners.get(name) ?? []) listener(JSON.parse(event.data) as never)
    })
}

function reopen(failed: EventSource): void {
  if (source !== failed) return
  source = undefined
  open()
}
