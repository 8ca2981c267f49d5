import { isLost, isUnsent } from './connection-failure.ts'
import type { Statement } from './driver.ts'

/**
 * Decides whether a failed statement outside a transaction may be retried on another connection.
 *
 * It may if it never reached the server, or if it only reads and its connection was lost. A write is not retried, because
 * the server may have completed it.
 */
export const mayRetry = (statement: Statement, error: unknown): boolean =>
  isUnsent(error) || (statement.reads === true && isLost(error))
