import type { AuthUser } from '../auth-user.ts'

/** A user whose token was verified before. */
export interface CachedJwt {
  readonly user: AuthUser
  /** Seconds since 1970; from then on the token is refused. */
  readonly until: number
  /** Whether a key of the key set verified it. */
  readonly byKeySet: boolean
}

/** Verified tokens, bounded: the oldest makes room. */
export interface JwtCache {
  get(token: string, now: number): CachedJwt | undefined
  set(token: string, entry: CachedJwt): void
  clear(): void
  readonly size: number
}

/**
 * A cache of verified tokens.
 *
 * @param limit - entries; default 5,000, which is some megabytes
 */
export function jwtCache(limit = 5000): JwtCache {
  const entries = new Map<string, CachedJwt>()
  return {
    get(token, now) {
      const entry = entries.get(token)
      if (entry === undefined || entry.until > now) return entry
      entries.delete(token)
      return undefined
    },
    set(token, entry) {
      if (entries.size >= limit && !entries.has(token)) {
        const { value: oldest } = entries.keys().next()
        entries.delete(oldest!)
      }
      entries.set(token, entry)
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size
    },
  }
}
