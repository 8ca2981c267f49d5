const longestQuoted = 80

/** Why a token is not accepted: for the log of a developer, never for the caller, and never with the token in it. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'

  constructor(message: string) {
    const { stackTraceLimit } = Error
    // The message says all there is to say.
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** A value out of a token as it may stand in a log line: one line, short, escaped. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > longestQuoted ? `${text.slice(0, longestQuoted)}…` : text
}
