import cluster from 'node:cluster'
import { sharedOf } from '../database/database.ts'
import { ensureTables } from '../database/own-tables.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { Needs } from '../dependencies/asked.types.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { definitionOf, dependency, type Dependencies } from '../dependencies/dependency.ts'
import type { AppStart } from '../dependencies/traits.ts'
import { withTraits } from '../dependencies/with-traits.ts'
import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { stackless } from '../errors/stackless.ts'
import type { RequestContext } from '../http/request-context.ts'
import { isTold, RepeatedFailure } from '../logging/repeated-failure.ts'
import { addressKey } from './address-key.ts'
import { textOfCaller, type CallerKey } from '../dependencies/caller-key.ts'
import { quotaOf, type Quota, type Verdict } from './limit-store.ts'
import { MemoryLimits } from './memory-limits.ts'
import { rateLimits } from './postgres-limits.ts'
import { isAway } from './is-away.ts'
import { storeOf, withTimeout } from './shared-store.ts'
import { checkRateLimit, type RateLimitOptions } from './rate-limit-options.ts'
import { limitHeaders, policyText, stateText } from './rate-limit-headers.ts'
import { secondsOf } from '../dependencies/window.ts'

/** The state of a caller's limit, after a request that was let through. */
export interface RateLimitState {
  readonly limit: number
  /** How many more requests are let through now. */
  readonly remaining: number
  /** Seconds until more are let through. */
  readonly reset: number
}

/**
 * Limits the rate of requests: at most `limit` in any `window`, per caller, client address or key (throttling).
 *
 * It is a dependency of an app, a router or a route, and runs with the guards, before the body is read. A refused
 * request is a 429 with `Retry-After`. Successes and 429s have `RateLimit` and `RateLimit-Policy`, in the form of
 * draft-ietf-httpapi-ratelimit-headers-11. The value is a {@link RateLimitState}.
 *
 * Hits are counted in a sliding window of 30 parts, so that a hit counts for at most a thirtieth longer than the window.
 * With `db` on a Postgres server, all processes share the counts, in an unlogged table of the schema `plinth`. Without
 * it, or on the embedded database, they are in the memory of this process, for at most 100,000 callers.
 *
 * List it before dependencies that open a transaction: it uses a connection of its own, so that a rollback does not give
 * a hit back.
 *
 * @throws {PlinthError} `PLINTH_LIMITS_INVALID`: an option is invalid. At the start: two limits of one app have the
 * same name, or there are several worker processes and no `db`
 * @throws {HttpError} `PLINTH_TOO_MANY_REQUESTS`, 429
 * @throws {HttpError} `PLINTH_UNAVAILABLE`, 503: the database is away, and `whenUnavailable` is `closed`
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 * @example
 * ```ts
 * import { betterAuth, database, router } from 'plinth'
 * import { rateLimit } from 'plinth/limits'
 *
 * const db = database(process.env['DATABASE_URL'] ?? 'pglite:memory')
 * const user = betterAuth({ url: 'http://localhost:3000' })
 * const limited = rateLimit({ limit: 100, window: '1m', by: user, db })
 * export const tasks = router('/tasks', { dependencies: { user, limited } })
 * ```
 */
export function rateLimit<A = {}>(
  options: RateLimitOptions<A>,
): Dependency<RateLimitState, Needs<{ readonly by: Dependency<CallerKey, A> }, readonly [429]>> {
  checkRateLimit(options)
  const { limit, window, name = 'default', by = 'address', db } = options
  const memory = dependency(() => new MemoryLimits(), { scope: 'app', name: 'the rate limit' })
  const needs: Dependencies = { memory, ...(by !== 'address' && { by }), ...(db && { db }) }
  const seconds = secondsOf(window, 'rateLimit(): window')
  const policy = policyText({ name, limit, seconds })
  const limiter: Limiter = { name, limit, window, policy, quota: quotaOf(limit, seconds) }
  const failure = unavailable(options.whenUnavailable ?? 'closed')

  const factory = (context: LimitContext): RateLimitState | Promise<RateLimitState> => {
    const key = `${name}\n${keyOf(context)}`
    const store = storeOf(context.db, context.memory)
    if (store instanceof MemoryLimits)
      return decide(limiter, context, store.hit(key, limiter.quota))
    return withTimeout(() => store.hit(key, limiter.quota)).then(
      (verdict) => {
        failure.over()
        return decide(limiter, context, verdict)
      },
      (error: unknown) => {
        failure.handle(error, context)
        return { limit, remaining: limit, reset: seconds }
      },
    )
  }
  // The factory's context is typed by the dependencies of this limit, which `Dependencies` has no names for.
  const made = dependency(needs, factory as never, {
    errors: [429] as const,
    name: limiterName(name),
  }) as unknown as ReturnType<typeof rateLimit<A>>
  return withTraits(made, {
    isGuard: true,
    headers: limitHeaders,
    prepare: (start) => prepareLimit(start, { name, db }),
  })
}

/** A rate limit, prepared for requests. */
interface Limiter {
  readonly name: string
  readonly limit: number
  readonly window: string
  /** The value of `RateLimit-Policy`. */
  readonly policy: string
  readonly quota: Quota
}

/** Lets a request through, with the headers of its limit, or throws a 429 with them. */
function decide(
  { name, limit, window, policy }: Limiter,
  { reply }: RequestContext,
  verdict: Verdict,
): RateLimitState {
  const { allowed, remaining } = verdict
  const reset = Math.ceil(verdict.reset / 1000)
  const headers = { 'ratelimit-policy': policy, ratelimit: stateText({ name, remaining, reset }) }
  if (!allowed)
    throw stackless(
      () =>
        new HttpError(429, `At most ${limit} requests in ${window}. Try again in ${reset} s`, {
          headers: { ...headers, 'retry-after': String(reset) },
        }),
    )
  for (const [field, value] of Object.entries(headers)) reply.header(field, value)
  return { limit, remaining, reset }
}

const limiterName = (name: string): string => `rateLimit(${name})`

interface LimitContext extends RequestContext {
  readonly memory: MemoryLimits
  readonly by?: CallerKey
  readonly db?: AnyQueryable
}

/** The key of a request: the caller, or the client's address for an anonymous one. */
function keyOf({ by, client }: LimitContext): string {
  const caller = textOfCaller(by)
  if (caller !== undefined) return `key:${caller}`
  return `address:${client.address === undefined ? 'unknown' : addressKey(client.address)}`
}

/** Handles requests that cannot be counted: throws, or lets them through. */
function unavailable(policy: 'open' | 'closed') {
  const failure = new RepeatedFailure()
  const handle = (error: unknown, { log }: RequestContext): void => {
    if (!isAway(error)) throw error
    const told = failure.errorFor(
      new HttpError(503, 'The rate limit cannot be checked. Try again in a moment', {
        headers: { 'retry-after': '5' },
        cause: error,
      }),
    )
    if (policy === 'closed') throw told
    if (!isTold(told)) log.warn({ err: error }, 'the rate limit cannot be checked, and is open')
  }
  return { handle, over: () => failure.over() }
}

interface PreparedLimit {
  readonly name: string
  readonly db: Dependency<AnyQueryable> | undefined
}

async function prepareLimit(start: AppStart, { name, db }: PreparedLimit): Promise<void> {
  const same = start.all.filter((one) => one.traits.isGuard && one.name === limiterName(name))
  if (same.length > 1)
    throw new PlinthError(
      'PLINTH_LIMITS_INVALID',
      `Two rate limits of this app have the name "${name}", and would count together: rateLimit({ name: 'sign-in', … })`,
    )
  if (db === undefined) {
    if (cluster.isWorker)
      throw new PlinthError(
        'PLINTH_LIMITS_INVALID',
        `The rate limit "${name}" counts in the memory of one process, and this is one of several workers, so that callers would get the limit of each: give it the database, rateLimit({ db, … })`,
      )
    return
  }
  const { driver } = sharedOf(
    (await start.value(definitionOf(db, 'db'))) as AnyQueryable,
    'rateLimit()',
  )
  if (driver.kind === 'pglite') return
  try {
    await ensureTables(driver, [rateLimits])
  } catch (error) {
    if (!isAway(error)) throw error
    start.log.warn({ err: error }, `the rate limit "${name}" has no database yet`)
  }
}
