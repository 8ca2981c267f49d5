import { isLost, isUnsent } from './connection-failure.ts'
import type { Statement } from './driver.ts'

// The statement in which Postgres writes the JSON of a select. Nothing inside it can write, except a function call.
const jsonOfSelect = /^with "\$rows"\([^)]*\) as \(select /

/** True if a statement is known to change nothing. */
export const isRead = ({ reads, text }: Statement): boolean =>
  reads === true || jsonOfSelect.test(text)

/**
 * Decides whether a failed statement outside a transaction may be retried on another connection.
 *
 * It may if it never reached the server, or if it only reads and its connection was lost. A write is not retried, because
 * the server may have completed it.
 */
export const mayRetry = (statement: Statement, error: unknown): boolean =>
  isUnsent(error) || (isRead(statement) && isLost(error))
