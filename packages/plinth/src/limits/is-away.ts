import { isConnectionLoss, sqlState } from '../database/drivers/sql-state.ts'
import { HttpError } from '../errors/http-error.ts'

/** The error of a database that does not answer in time. */
export class TooLate extends Error {}

/** The classes of errors of a server that cannot work now: connections, resources, operators, and the system. */
const awayStates = /^(?:08|53|57|58)/

/** `true` if the database cannot be reached, or is too busy; `false` for a mistake in the setup. */
export const isAway = (error: unknown): boolean =>
  error instanceof TooLate ||
  (error instanceof HttpError && error.status === 503) ||
  isConnectionLoss(error) ||
  awayStates.test(sqlState(error) ?? '')
