/** The number of buckets of a window. The bucket in progress is one more. */
const buckets = 30

/** A rate limit, as it is counted. */
export interface Quota {
  /** The most hits in a window. */
  readonly limit: number
  /** Milliseconds of a bucket: a window has 30. */
  readonly bucket: number
}

/** The hits of one key: the slot of a bucket is its start, counted in buckets since the epoch. */
export interface CountedBucket {
  readonly slot: number
  readonly count: number
}

/** The outcome of one hit. */
export interface Verdict {
  readonly allowed: boolean
  /** How many more are let through now. */
  readonly remaining: number
  /** Milliseconds until more are let through. */
  readonly reset: number
}

/** Counts hits in sliding windows. */
export interface LimitStore {
  hit(key: string, quota: Quota): Verdict | Promise<Verdict>
}

export const quotaOf = (limit: number, seconds: number): Quota => ({
  limit,
  bucket: Math.ceil((seconds * 1000) / buckets),
})

/** The bucket of a moment. */
export const slotAt = (now: number, { bucket }: Quota): number => Math.floor(now / bucket)

/** The newest bucket that no longer counts: the one in progress and the 30 before it do, which is at least a window. */
export const lastExpired = (slot: number): number => slot - buckets - 1

/** Milliseconds after which the hits of a bucket no longer count, from its start. */
export const lifetimeOf = ({ bucket }: Quota): number => bucket * (buckets + 1)

/**
 * Judges a hit by the buckets after it.
 *
 * @param counted - the buckets of the key, in any order
 */
export function judge(allowed: boolean, { counted, now, quota }: JudgedBuckets): Verdict {
  const expired = lastExpired(slotAt(now, quota))
  let used = 0
  let oldest: number | undefined
  for (const { slot, count } of counted) {
    if (slot <= expired || count === 0) continue
    used += count
    if (oldest === undefined || slot < oldest) oldest = slot
  }
  const until =
    oldest === undefined ? now + quota.bucket : oldest * quota.bucket + lifetimeOf(quota)
  return {
    allowed,
    remaining: Math.max(0, quota.limit - used),
    reset: Math.max(1, until - now),
  }
}

interface JudgedBuckets {
  readonly counted: readonly CountedBucket[]
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly quota: Quota
}
