/** Where a query's parts lead to, one after the other: where they end is its text. */
export class TrieNode {
  #part: unknown
  #next: TrieNode | undefined
  #others: Map<unknown, TrieNode> | undefined
  text: string | undefined
  /** How often Drizzle's own text and parameters were the same. */
  agreed = 0
  differs = false

  /** Most places have been left in one direction only. */
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
