import {
  judge,
  lastExpired,
  slotAt,
  type CountedBucket,
  type LimitStore,
  type Quota,
  type Verdict,
} from './limit-store.ts'

interface Bucket extends CountedBucket {
  count: number
}

/** Counts hits in the memory of this process: exact for one process, and bounded. */
export class MemoryLimits implements LimitStore {
  readonly #keys = new Map<string, Bucket[]>()
  readonly #most: number
  readonly #clock: () => number
  #sweptAt = 0

  /**
   * @param most - keys that are counted at the same time. Beyond that, the one that began first is forgotten
   * @param clock - milliseconds since the epoch
   */
  constructor(most = 100_000, clock: () => number = Date.now) {
    this.#most = most
    this.#clock = clock
  }

  get size(): number {
    return this.#keys.size
  }

  hit(key: string, quota: Quota): Verdict {
    const now = this.#clock()
    const slot = slotAt(now, quota)
    const expired = lastExpired(slot)
    this.#sweep(slot, expired)
    const counted = this.#bucketsOf(key)
    while (counted[0] !== undefined && counted[0].slot <= expired) counted.shift()
    let used = 0
    for (const { count } of counted) used += count
    const allowed = used < quota.limit
    if (allowed) {
      const newest = counted.at(-1)
      // A clock that was set back adds to the newest bucket.
      if (newest !== undefined && newest.slot >= slot) newest.count++
      else counted.push({ slot, count: 1 })
    }
    return judge(allowed, { counted, now, quota })
  }

  #bucketsOf(key: string): Bucket[] {
    const found = this.#keys.get(key)
    if (found !== undefined) return found
    if (this.#keys.size >= this.#most)
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest)
        break
      }
    const made: Bucket[] = []
    this.#keys.set(key, made)
    return made
  }

  /** Forgets the keys whose hits no longer count, once per bucket. */
  #sweep(slot: number, expired: number): void {
    if (slot === this.#sweptAt) return
    this.#sweptAt = slot
    for (const [key, counted] of this.#keys)
      if ((counted.at(-1)?.slot ?? expired) <= expired) this.#keys.delete(key)
  }
}
