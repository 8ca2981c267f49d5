import type { AuthUser } from '../auth-user.ts'

/** The user of a verified token. */
export interface CachedJwt {
  readonly user: AuthUser
  /** Expiry, in seconds since 1970. */
  readonly until: number
  /** True if a key of the key set verified it. */
  readonly byKeySet: boolean
}

/** A bounded cache of verified tokens. The oldest entry is evicted first. */
export interface JwtCache {
  get(token: string, now: number): CachedJwt | undefined
  set(token: string, entry: CachedJwt): void
  clear(): void
  readonly size: number
}

/**
 * Creates a cache of verified tokens.
 *
 * @param limit - the maximum number of entries. Default 5,000, a few megabytes
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
