/** What is kept as long as it is used. */
interface Remembered {
  /** Whether it was, since it was last to be forgotten. */
  isUsed: boolean
}

/** Puts something into a map that has room for so many; what has not been used for longest goes. */
export function remember<K, V extends Remembered>(
  known: Map<K, V>,
  { key, value, most }: { readonly key: K; readonly value: V; readonly most: number },
): void {
  if (known.size >= most)
    for (const [oldest, kept] of known) {
      known.delete(oldest)
      if (!kept.isUsed) break
      kept.isUsed = false
      known.set(oldest, kept)
    }
  known.set(key, value)
}
