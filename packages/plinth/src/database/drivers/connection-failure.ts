import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { busy, unavailable } from './connection-queue.ts'
import { isConnectionLoss, postgresFailure } from './sql-state.ts'

/** Turns connection errors into 503 responses. Leaves statement errors unchanged. */
export function toFailure(error: unknown): unknown {
  if (postgresFailure(error) !== undefined || !isConnectionError(error)) return error
  return isTimeout(error) ? busy(error) : lostConnection(asError(error))
}

/** A 503: the connection was lost, and it is unknown how far the statement got. */
export function lostConnection(cause: unknown): HttpError {
  const failure = unavailable(cause)
  lost.add(failure)
  return failure
}

/** Converts the event with which a WebSocket reports a failure to an error. */
export const asError = (error: unknown): unknown =>
  isEvent(error) ? new Error(`WebSocket: ${error.message ?? 'closed'}`) : error

const isEvent = (error: unknown): error is { readonly message?: string } =>
  !(error instanceof Error) && (error as { type?: unknown } | null)?.type === 'error'

// Errors of connections that existed, as opposed to failed attempts to connect. A set, so that the error keeps the shape
// that callers see.
const lost = new WeakSet<HttpError>()

/** True if an established connection was lost. */
export const isLost = (error: unknown): boolean =>
  error instanceof HttpError ? lost.has(error) : isConnectionLoss(error)

/** True if the statement was never sent. */
export const isUnsent = (error: unknown): boolean =>
  error instanceof HttpError && lost.has(error) && unsendable.test(messageOf(error.cause))

/** True if the query timed out. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout'

const unsendable = /^Client (has encountered|was closed)/
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '')

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return isEvent(error)
  const { syscall } = error as NodeJS.ErrnoException
  return (
    syscall !== undefined ||
    isTimeout(error) ||
    /^Connection terminated|^WebSocket/.test(error.message) ||
    unsendable.test(error.message)
  )
}

/** True if the connection cannot be used again: it was lost, or a statement may still run on it after a timeout. */
export const isBroken = (error: unknown): boolean =>
  isConnectionLoss(error) ||
  (error instanceof PlinthError &&
    (error.code === 'PLINTH_DATABASE_BUSY' || error.code === 'PLINTH_DATABASE_UNAVAILABLE')) ||
  postgresFailure(error)?.severity === 'FATAL'
