import type { Code } from './error-codes.ts'

/**
 * An error of Plinth itself: a mistake in the code or the configuration, thrown at startup.
 *
 * An error that becomes a response is an {@link HttpError}.
 *
 * @example
 * ```ts
 * import { PlinthError } from 'plinth'
 *
 * try {
 *   // start the app
 * } catch (error) {
 *   if (error instanceof PlinthError && error.code === 'PLINTH_DATABASE_LOCKED') process.exit(2)
 *   throw error
 * }
 * ```
 */
export class PlinthError extends Error {
  override readonly name: string = 'PlinthError'
  /** Stable: compare this, never the message. */
  readonly code: Code | (string & {})

  constructor(code: Code | (string & {}), message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
