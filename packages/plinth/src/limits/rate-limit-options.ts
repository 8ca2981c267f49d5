import type { AnyQueryable } from '../database/queryable.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { definitionOf } from '../dependencies/dependency.ts'
import { Parameter } from '../dependencies/parameter.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { CallerKey } from '../dependencies/caller-key.ts'
import { secondsOf, type Window } from '../dependencies/window.ts'

/** Options of `rateLimit()`. */
export interface RateLimitOptions<A = unknown> {
  /** The most requests in a window, for each caller. */
  readonly limit: number
  /** The length of the sliding window: `'30s'`, `'1m'`, `'24h'`, `'7d'`. */
  readonly window: Window
  /**
   * Whose requests count together: those of the value of a dependency, such as a user, an API key or a text.
   *
   * Default `'address'`: the client's address, which `trustProxy` of `serve()` finds, and the /64 network of an IPv6
   * address. An anonymous caller (`null`) counts by address, too.
   */
  readonly by?: 'address' | Dependency<CallerKey, A>
  /** Its name in the headers, which tells the limits of one app apart. Default `default`. */
  readonly name?: string
  /**
   * The database, for several processes. On a Postgres server they share the counts.
   *
   * Default: the memory of this process, which several workers refuse to start with.
   */
  readonly db?: Dependency<AnyQueryable>
  /**
   * Decides about requests while the database is away, or does not count within three seconds.
   *
   * `open` lets requests through without a count. Default `closed`: a 503 with `Retry-After`.
   */
  readonly whenUnavailable?: 'open' | 'closed'
}

const rateLimitOptions: OptionNames<RateLimitOptions> = {
  limit: true,
  window: true,
  by: true,
  name: true,
  db: true,
  whenUnavailable: true,
}

/** @throws {PlinthError} `PLINTH_LIMITS_INVALID`, `PLINTH_OPTION_UNKNOWN` */
export function checkRateLimit(options: RateLimitOptions): void {
  checkOptions(options, rateLimitOptions, 'rateLimit()')
  const { limit, window, by, name, db, whenUnavailable } = options ?? {}
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1e9)
    throw invalid('limit must be a whole number from 1 to 1,000,000,000')
  secondsOf(window, 'rateLimit(): window')
  if (name !== undefined && !/^[\w.-]{1,64}$/.test(name))
    throw invalid('name has 1 to 64 letters, digits, dots, hyphens and underscores')
  if (whenUnavailable !== undefined) {
    if (whenUnavailable !== 'open' && whenUnavailable !== 'closed')
      throw invalid("whenUnavailable is 'open' or 'closed'")
    if (db === undefined)
      throw invalid(
        'whenUnavailable has no effect without db, since memory is always there: remove it',
      )
  }
  if (by !== undefined && by !== 'address') checkKey(by)
}

function checkKey(by: Dependency<unknown>): void {
  const asked = definitionOf(by, 'by')
  if (asked instanceof Parameter && asked.fields === undefined && asked.options.name === undefined)
    throw invalid(
      `by is a parameter without a name: write ${asked.source}(schema, { name: 'x-account' })`,
    )
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_LIMITS_INVALID', `rateLimit(): ${problem}`)
