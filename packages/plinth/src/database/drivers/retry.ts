import { isLost, isUnsent } from './connection-failure.ts'
import type { Statement } from './driver.ts'

// What Postgres is asked for where it writes the JSON of a query: nothing inside it can write but a call of a function.
const jsonOfSelect = /^with "\$rows"\([^)]*\) as \(select /

/** Whether it is known to change nothing. */
export const isRead = ({ reads, text }: Statement): boolean =>
  reads === true || jsonOfSelect.test(text)

/**
 * Whether a statement of its own, which failed, may be run once more, on another connection: it did not get as far as
 * the server, or it only reads, and its connection died under it. Nobody can tell whether a write was done.
 */
export const mayRetry = (statement: Statement, error: unknown): boolean =>
  isUnsent(error) || (isRead(statement) && isLost(error))
