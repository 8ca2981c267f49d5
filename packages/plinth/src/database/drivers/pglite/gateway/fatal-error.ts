/** Ends the connection of one client, with the SQLSTATE and the message it gets. */
export class FatalError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Any other error is one of the gateway, or of PGlite. */
  static from(error: unknown): FatalError {
    if (error instanceof FatalError) return error
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n', 1)
    const message = `the embedded database failed: ${line.slice(0, 200)}`
    return new FatalError('XX000', message, { cause: error })
  }
}
