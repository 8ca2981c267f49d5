import type { AddedHeader } from '../dependencies/traits.ts'

/** The headers of a rate limit, for the documentation. */
export const limitHeaders: readonly AddedHeader[] = [
  {
    name: 'RateLimit-Policy',
    component: 'RateLimitPolicy',
    description:
      'The rate limits: `q` requests in `w` seconds, by name, such as `"default";q=100;w=60` (draft-ietf-httpapi-ratelimit-headers).',
    error: 429,
  },
  {
    name: 'RateLimit',
    component: 'RateLimit',
    description:
      'The state of the rate limits: `r` more requests now, and more after `t` seconds, such as `"default";r=50;t=30`.',
    error: 429,
  },
]

/** The item of a limit in `RateLimit-Policy`. */
export const policyText = (policy: {
  readonly name: string
  readonly limit: number
  readonly seconds: number
}): string => `"${policy.name}";q=${policy.limit};w=${policy.seconds}`

/** The item of a limit in `RateLimit`. */
export const stateText = (state: {
  readonly name: string
  readonly remaining: number
  readonly reset: number
}): string => `"${state.name}";r=${state.remaining};t=${state.reset}`
