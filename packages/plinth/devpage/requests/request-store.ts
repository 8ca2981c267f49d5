import { computed, signal } from '@preact/signals'
import type { RequestSummary } from '../../src/devtools/recorder/recorded.types.ts'
import { onLive } from '../live/connect.ts'
import { place } from '../router.ts'

/** The requests that the page keeps: as many as the server does. */
const most = 1000

/** The recorded requests, newest first. */
export const requests = signal<readonly RequestSummary[]>([])

onLive('hello', ({ reset }) => {
  if (reset) requests.value = []
})
onLive('requests', (added) => {
  const ids = new Set(added.map(({ id }) => id))
  const others = requests.value.filter(({ id }) => !ids.has(id))
  requests.value = [...added.toReversed(), ...others].slice(0, most)
})

/** The filters of the list, as the address has them. */
export interface RequestFilter {
  readonly text: string
  readonly method: string
  readonly route: string
  /** `2` for 2xx, and `slow`, `repeats` for what is worth a look. */
  readonly status: string
  /** Milliseconds. */
  readonly slower: string
}

/** The current filter. */
export const filter = computed((): RequestFilter => {
  const { query } = place.value
  const value = (name: string): string => query.get(name) ?? ''
  return {
    text: value('text'),
    method: value('method'),
    route: value('route'),
    status: value('status'),
    slower: value('slower'),
  }
})

/** True if any filter is set. */
export const isFiltered = computed(() => Object.values(filter.value).some((each) => each !== ''))

const passes = (
  request: RequestSummary,
  { text, method, route, status, slower }: RequestFilter,
): boolean =>
  (method === '' || request.method === method) &&
  (route === '' || request.route === route) &&
  (status === '' || String(request.status).startsWith(status)) &&
  (slower === '' || request.ms >= Number(slower)) &&
  (text === '' || includesText(request, text.toLowerCase()))

const includesText = ({ target, error, method, route }: RequestSummary, text: string): boolean =>
  `${method} ${target} ${route ?? ''} ${error ?? ''}`.toLowerCase().includes(text)

/** The requests that the filter lets through. */
export const shown = computed(() => requests.value.filter((each) => passes(each, filter.value)))

/** The methods and the routes of the recorded requests, for the filters. */
export const choices = computed(() => ({
  methods: [...new Set(requests.value.map(({ method }) => method))].toSorted(),
  routes: [...new Set(requests.value.flatMap(({ route }) => route ?? []))].toSorted(),
}))
