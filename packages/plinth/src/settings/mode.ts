/** The mode of the process, from NODE_ENV. */
export type Mode = 'development' | 'production' | 'test'

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Returns the mode of the process.
 *
 * It is `production` if NODE_ENV is exactly that, `test` if NODE_ENV is `test` or Vitest runs, else `development`.
 * Only the process environment counts: a NODE_ENV in a `.env` file has no effect.
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
