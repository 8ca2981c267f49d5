/** What the process runs as. */
export type Mode = 'development' | 'production' | 'test'

/** Names and texts, as `process.env` is. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * What the process runs as: `production` when NODE_ENV is exactly that, `test` when it is `test` or Vitest runs,
 * `development` otherwise.
 *
 * Only the process environment counts: a NODE_ENV in a `.env` file changes nothing.
 *
 * @param environment - default `process.env`
 * @example
 * ```ts
 * import { mode } from 'plinth'
 *
 * const docs = mode() !== 'production'
 * ```
 */
export function mode(environment: Environment = process.env): Mode {
  if (environment['NODE_ENV'] === 'production') return 'production'
  return environment['NODE_ENV'] === 'test' || environment['VITEST'] ? 'test' : 'development'
}
