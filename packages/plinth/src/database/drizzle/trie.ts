// Aliases and raw SQL built for each request add nodes that are never used again.
const maxNodes = 50_000

/** A trie that maps the parts of a query, in order, to the query's SQL text. It starts over when it is full. */
export class Trie {
  #root = new TrieNode()
  #size = 0

  get root(): TrieNode {
    return this.#root
  }

  /** The child for a part, added if it is new. Undefined when the trie was full and starts over. */
  step(from: TrieNode, part: unknown): TrieNode | undefined {
    const known = from.get(part)
    if (known !== undefined) return known
    if (this.#size++ < maxNodes) return from.add(part)
    this.#root = new TrieNode()
    this.#size = 0
    return undefined
  }
}

/** A node of the trie. Where a query ends, it holds the SQL text. */
export class TrieNode {
  #part: unknown
  #next: TrieNode | undefined
  #others: Map<unknown, TrieNode> | undefined
  text: string | undefined
  /** How often Drizzle wrote the same text and parameters as the walk. */
  agreed = 0
  differs = false

  /** The child for a part. Most nodes have one child, which needs no map. */
  get(part: unknown): TrieNode | undefined {
    return this.#part === part ? this.#next : this.#others?.get(part)
  }

  add(part: unknown): TrieNode {
    const added = new TrieNode()
    if (this.#next === undefined) {
      this.#part = part
      this.#next = added
    } else (this.#others ??= new Map()).set(part, added)
    return added
  }
}
