import { literalText, segmentsOf } from './path-pattern.ts'

/** The value for a path, with the values of its names, which are not decoded. */
export interface PathMatch<T> {
  readonly kind: 'found'
  readonly route: T
  readonly pathValues: Readonly<Record<string, string>>
}

/** The end of a path in the tree. */
interface Leaf<T> {
  readonly route: T
  readonly names: readonly string[]
}

class PathNode<T> {
  readonly literals = new Map<string, PathNode<T>>()
  name: PathNode<T> | undefined
  /** The route whose path ends here. */
  leaf: Leaf<T> | undefined
  /** The route whose path ends here with a `:name*`. */
  rest: Leaf<T> | undefined
}

/**
 * A router for one method: a tree of path segments.
 *
 * In every segment, literal text is tried before a name, and a name before the rest of the path: `/tasks/stats`, then
 * `/tasks/:id`, then `/tasks/:path*`. The order in which routes are added does not matter.
 */
export class PathTree<T> {
  readonly #root = new PathNode<T>()

  /** Adds a route. Of two paths that differ in names alone the first one counts. */
  add(path: string, route: T): void {
    let node = this.#root
    const names: string[] = []
    for (const segment of segmentsOf(path)) {
      if (segment.kind !== 'literal') names.push(segment.name)
      if (segment.kind === 'rest') {
        node.rest ??= { route, names }
        return
      }
      if (segment.kind === 'name') node = node.name ??= new PathNode()
      else {
        const next = node.literals.get(segment.text) ?? new PathNode<T>()
        node.literals.set(segment.text, next)
        node = next
      }
    }
    node.leaf ??= { route, names }
  }

  find(path: string): PathMatch<T> | undefined {
    if (!path.startsWith('/')) return undefined
    const values: string[] = []
    const leaf = findLeaf(this.#root, { path, values, isEncoded: path.includes('%') }, 1)
    if (leaf === undefined) return undefined
    const pathValues: Record<string, string> = {}
    for (let at = 0; at < values.length; at++) pathValues[leaf.names[at]!] = values[at]!
    return { kind: 'found', route: leaf.route, pathValues }
  }
}

interface Search {
  readonly path: string
  /** The values of the names on the way, in order. */
  readonly values: string[]
  readonly isEncoded: boolean
}

/** Finds the leaf for the rest of a path below a node, which begins at an index. */
function findLeaf<T>(node: PathNode<T>, search: Search, from: number): Leaf<T> | undefined {
  const { path, values } = search
  const slash = path.indexOf('/', from)
  const text = path.slice(from, slash === -1 ? path.length : slash)
  const { literals, name, rest } = node
  if (literals.size > 0) {
    const key = search.isEncoded ? literalText(text) : text
    const literal = key === undefined ? undefined : literals.get(key)
    const found = literal && findBelow(literal, search, slash)
    if (found !== undefined) return found
  }
  if (name !== undefined && text !== '') {
    values.push(text)
    const found = findBelow(name, search, slash)
    if (found !== undefined) return found
    values.pop()
  }
  if (rest !== undefined) values.push(path.slice(from))
  return rest
}

/** Finds the leaf below a node that a segment led to. */
function findBelow<T>(node: PathNode<T>, search: Search, slash: number): Leaf<T> | undefined {
  if (slash !== -1) return findLeaf(node, search, slash + 1)
  if (node.leaf !== undefined || node.rest === undefined) return node.leaf
  search.values.push('')
  return node.rest
}
