import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import type { Result } from 'hono/router'
import { isPlainPath, PathTree, type PathMatch } from './path-tree.ts'

/** What a request's method and path lead to. */
export type Found<T> =
  | PathMatch<T>
  | { readonly kind: 'wrong-method'; readonly allow: string }
  | { readonly kind: 'unknown' }

interface Entry<T> {
  readonly method: string
  readonly path: string
  readonly value: T
}

/** A path's own words go before a name, and a name before the rest: `/tasks/stats`, `/tasks/:id`, `/tasks/*`. */
const rank = (path: string): string =>
  path
    .split('/')
    .map((part) => (part.startsWith(':') ? '1' : part === '*' ? '2' : '0'))
    .join('')

/** The routes of an app, found by method and path: by Hono's routers, where not all of a method's are plain. */
export class RouteTable<T> {
  readonly #router = new SmartRouter<T>({ routers: [new RegExpRouter(), new TrieRouter()] })
  readonly #methods: readonly string[]
  readonly #plain = new Map<string, PathTree<T>>()

  /** @param entries - in the order of writing, which decides between paths of equal rank */
  constructor(entries: readonly Entry<T>[]) {
    const ordered = entries.toSorted((a, b) =>
      rank(a.path) < rank(b.path) ? -1 : rank(a.path) > rank(b.path) ? 1 : 0,
    )
    this.#methods = [...new Set(entries.map((entry) => entry.method))]
    for (const method of this.#methods)
      this.#add(
        method,
        ordered.filter((entry) => entry.method === method),
      )
  }

  /** HEAD is answered as GET is. */
  find(method: string, path: string): Found<T> {
    const found = this.#match(method === 'HEAD' ? 'GET' : method, path)
    if (found !== undefined) return found
    const allowed = this.#methods.filter((other) => this.#match(other, path) !== undefined)
    if (allowed.length === 0) return { kind: 'unknown' }
    const withHead = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
    return { kind: 'wrong-method', allow: withHead.toSorted().join(', ') }
  }

  #add(method: string, entries: readonly Entry<T>[]): void {
    if (entries.every(({ path }) => isPlainPath(path))) {
      const tree = new PathTree<T>()
      for (const { path, value } of entries) tree.add(path, value)
      this.#plain.set(method, tree)
    } else for (const { path, value } of entries) this.#router.add(method, path, value)
  }

  #match(method: string, path: string): PathMatch<T> | undefined {
    const tree = this.#plain.get(method)
    return tree === undefined ? this.#search(method, path) : tree.find(path)
  }

  #search(method: string, path: string): PathMatch<T> | undefined {
    // A router that was given nothing cannot search.
    if (!this.#methods.includes(method)) return undefined
    const result: Result<T> = this.#router.match(method, path)
    const first = result[0][0]
    if (first === undefined) return undefined
    const [value, params] = first
    const captured = result[1]
    if (captured === undefined)
      return { kind: 'found', value, pathValues: params as Record<string, string> }
    const pathValues: Record<string, string> = {}
    for (const name in params)
      pathValues[name] = captured[(params as Record<string, number>)[name] as number] as string
    return { kind: 'found', value, pathValues }
  }
}
