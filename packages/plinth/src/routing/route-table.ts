import { PlinthError } from '../errors/plinth-error.ts'
import { otherSlash } from './path-pattern.ts'
import { PathTree, type PathMatch } from './path-tree.ts'

/**
 * The response to a path whose trailing slash differs from the route's.
 *
 * - `strict`: 404
 * - `redirect`: 307 to the path of the route
 * - `ignore`: the route responds
 */
export type TrailingSlash = 'strict' | 'redirect' | 'ignore'

const choices: readonly unknown[] = ['strict', 'redirect', 'ignore'] satisfies TrailingSlash[]

/** @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it is another value */
export function checkTrailingSlash(value: unknown): void {
  if (value !== undefined && !choices.includes(value))
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      `app(): trailingSlash is ${JSON.stringify(value)}: write 'strict', 'redirect' or 'ignore'`,
    )
}

/** The result of looking up a method and a path. */
export type RouteLookup<T> =
  | PathMatch<T>
  /** A redirect to another path. */
  | { readonly kind: 'moved'; readonly path: string }
  | { readonly kind: 'wrong-method'; readonly allow: string }
  | { readonly kind: 'unknown' }

/** The router of an app: finds a route by method and path. */
export class RouteTable<T extends { readonly method: string; readonly path: string }> {
  readonly #trees = new Map<string, PathTree<T>>()
  readonly #trailingSlash: TrailingSlash

  constructor(routes: readonly T[], trailingSlash: TrailingSlash = 'strict') {
    this.#trailingSlash = trailingSlash
    for (const route of routes) {
      const tree = this.#trees.get(route.method) ?? new PathTree<T>()
      this.#trees.set(route.method, tree)
      tree.add(route.path, route)
    }
  }

  /** HEAD finds the routes of GET. */
  find(method: string, path: string): RouteLookup<T> {
    const tree = this.#trees.get(method === 'HEAD' ? 'GET' : method)
    const found = tree?.find(path)
    if (found !== undefined) return found
    const other = this.#otherSlash(path)
    const moved = other === undefined ? undefined : tree?.find(other)
    if (moved !== undefined)
      return this.#trailingSlash === 'ignore' ? moved : { kind: 'moved', path: other! }
    const allowed = [...this.#trees].flatMap(([name, one]) =>
      one.find(path) || (other !== undefined && one.find(other)) ? [name] : [],
    )
    if (allowed.length === 0) return { kind: 'unknown' }
    const withHead = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
    return { kind: 'wrong-method', allow: withHead.toSorted().join(', ') }
  }

  /** The path with or without its trailing slash, if that counts. */
  #otherSlash(path: string): string | undefined {
    return this.#trailingSlash === 'strict' || path === '/' || namesHost.test(path)
      ? undefined
      : otherSlash(path)
  }
}

/** A redirect to such a path would lead to another host. */
const namesHost = /^\/[/\\]/
