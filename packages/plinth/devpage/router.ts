import { computed, signal } from '@preact/signals'

/** Where the page is: `#/requests/12?method=GET` has the view `requests`, the rest `['12']`, and a query. */
export interface Place {
  readonly view: string
  readonly rest: readonly string[]
  readonly query: URLSearchParams
}

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

/** The current place. */
export const place = computed((): Place => {
  const [path = '', search = ''] = hash.value.replace(/^#\/?/, '').split(/\?(.*)/s)
  const [view = '', ...rest] = path.split('/').map(decodeURIComponent)
  return { view, rest, query: new URLSearchParams(search) }
})

/** The address of a place, for `href`. Empty values of the query are left out. */
export function linkTo(
  path: readonly (string | number)[],
  query: Readonly<Record<string, string>> | URLSearchParams = {},
): string {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query)
  const search = new URLSearchParams(pairs.filter(([, value]) => value !== '')).toString()
  const joined = path.map((part) => encodeURIComponent(part)).join('/')
  return `#/${joined}${search === '' ? '' : `?${search}`}`
}

/** Goes to a place. `replace` leaves no entry in the history: for filters that are typed. */
export function goTo(link: string, { replace = false } = {}): void {
  if (!replace) {
    location.hash = link
    return
  }
  history.replaceState(null, '', link)
  hash.value = link
}

/** Changes values of the current query; an empty one removes its name. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const { view, rest, query } = place.peek()
  goTo(linkTo([view, ...rest], { ...Object.fromEntries(query), ...changes }), { replace: true })
}
