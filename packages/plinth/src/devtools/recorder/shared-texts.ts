/** Statements are few and long: keeps one copy of each, shortened. */
export class SharedTexts {
  readonly #texts = new Map<string, string>()
  #bytes = 0

  /** The size of the texts that are known. */
  get bytes(): number {
    return this.#bytes
  }

  /** Returns the shared copy of a text, and the bytes that it takes: 0 if it was known. */
  share(text: string): { readonly text: string; readonly bytes: number } {
    const cut = text.length > longestText ? text.slice(0, longestText) : text
    const known = this.#texts.get(cut)
    if (known !== undefined) return { text: known, bytes: 0 }
    if (this.#bytes > mostBytes) {
      this.#texts.clear()
      this.#bytes = 0
    }
    this.#texts.set(cut, cut)
    const bytes = cut.length * 2
    this.#bytes += bytes
    return { text: cut, bytes }
  }
}

/** The characters that are kept of a statement. */
export const longestText = 4000
/** Bytes of texts, after which they are forgotten. The recordings with these texts keep them, and count them. */
const mostBytes = 4 * 1024 * 1024
