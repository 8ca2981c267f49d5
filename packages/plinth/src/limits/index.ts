export { rateLimit, type RateLimitState } from './rate-limit.ts'
export type { RateLimitOptions } from './rate-limit-options.ts'
