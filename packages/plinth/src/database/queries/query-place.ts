/** Where a query's parts lead to, one after the other: where they end is its text. */
export class Place {
  #part: unknown
  #next: Place | undefined
  #others: Map<unknown, Place> | undefined
  text: string | undefined
  /** How often Drizzle's own text and parameters were the same. */
  agreed = 0
  differs = false

  /** Most places have been left in one direction only. */
  get(part: unknown): Place | undefined {
    return this.#part === part ? this.#next : this.#others?.get(part)
  }
  add(part: unknown): Place {
    const added = new Place()
    if (this.#next === undefined) {
      this.#part = part
      this.#next = added
    } else (this.#others ??= new Map()).set(part, added)
    return added
  }
}
