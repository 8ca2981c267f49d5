const maxLogLength = 80

/** Thrown when a token or cookie is rejected. The message is for the log only, and never contains the token. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'

  constructor(reason: string) {
    const { stackTraceLimit } = Error
    // No stack trace: the message is enough, and a stack costs more than the check.
    Error.stackTraceLimit = 0
    super(reason)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Formats a value from a token for a log line: one short, escaped line. */
export function forLog(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > maxLogLength ? `${text.slice(0, maxLogLength)}…` : text
}
