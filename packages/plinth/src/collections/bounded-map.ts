/** A cache entry. */
interface Remembered {
  /** Set on use, and cleared when the entry was about to be evicted. */
  isUsed: boolean
}

/** Adds an entry to a bounded map (a cache), and evicts one that was not used recently (second chance). */
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
