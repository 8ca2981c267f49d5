// Writes messages of the Postgres protocol, version 3.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

/** The fields of an error, as PGlite's errors have them. */
export interface ErrorFields {
  readonly severity?: string | undefined
  readonly code: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly where?: string | undefined
}

/** A text that ends with a zero byte. */
export const cString = (text: string): Buffer => Buffer.from(`${text}\0`)

/** A 32-bit number. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** A message with its type and length. */
export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

/**
 * ReadyForQuery.
 *
 * @param status - the byte of `I`, `T` or `E`
 */
export const ready = (status: number): Buffer => message('Z', Buffer.from([status]))

/** CommandComplete. */
export const complete = (tag: string): Buffer => message('C', cString(tag))

/** ErrorResponse. */
export function errorResponse(fields: ErrorFields): Buffer {
  const { severity = 'ERROR', code, message: text, detail, hint, where } = fields
  const written = { S: severity, V: severity, C: code, M: text, D: detail, H: hint, W: where }
  const parts = Object.entries(written).flatMap(([type, value]) =>
    value === undefined ? [] : [cString(type + value)],
  )
  return message('E', ...parts, Buffer.from([0]))
}

/** NotificationResponse. */
export const notification = (pid: number, channel: string, payload: string): Buffer =>
  message('A', int32(pid), cString(channel), cString(payload))

/** Parse, of a statement whose parameter types are in `rest`. */
export const parse = (name: string, text: string, rest: Buffer = Buffer.alloc(2)): Buffer =>
  message('P', cString(name), cString(text), rest)

/** Bind of the unnamed statement to the unnamed portal, without parameters, for results as text. */
export const bind: Buffer = message('B', Buffer.alloc(2 + 6))
/** Describe of the unnamed portal. */
export const describe: Buffer = message('D', cString('P'))
/** Query. */
export const simpleQuery = (text: string): Buffer => message('Q', cString(text))
/** Sync. */
export const sync: Buffer = message('S')

/**
 * Execute.
 *
 * @param rows - the most rows to return; 0 for all
 */
export const execute = (portal: string, rows: number): Buffer =>
  message('E', cString(portal), int32(rows))

/** Reads the text that begins at a position. */
export const textAt = (bytes: Buffer, at: number): string =>
  bytes.toString('utf8', at, bytes.indexOf(0, at))
