import type { Code } from './error-codes.ts'

/**
 * An error of Plinth's own: something is wrong in the code or the setup, and it is told at startup.
 * What is an answer to a request is an {@link HttpError}.
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
