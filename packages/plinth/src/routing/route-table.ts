import { PathTree, type PathMatch } from './path-tree.ts'

/** The result of looking up a method and a path. */
export type RouteLookup<T> =
  | PathMatch<T>
  | { readonly kind: 'wrong-method'; readonly allow: string }
  | { readonly kind: 'unknown' }

/** The router of an app: finds a route by method and path. */
export class RouteTable<T extends { readonly method: string; readonly path: string }> {
  readonly #trees = new Map<string, PathTree<T>>()

  constructor(routes: readonly T[]) {
    for (const route of routes) {
      const tree = this.#trees.get(route.method) ?? new PathTree<T>()
      this.#trees.set(route.method, tree)
      tree.add(route.path, route)
    }
  }

  /** HEAD finds the routes of GET. */
  find(method: string, path: string): RouteLookup<T> {
    const found = this.#trees.get(method === 'HEAD' ? 'GET' : method)?.find(path)
    if (found !== undefined) return found
    const allowed = [...this.#trees].flatMap(([other, tree]) => (tree.find(path) ? [other] : []))
    if (allowed.length === 0) return { kind: 'unknown' }
    const withHead = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
    return { kind: 'wrong-method', allow: withHead.toSorted().join(', ') }
  }
}
