import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { busy, unavailable } from './connection-queue.ts'
import { isConnectionLoss, postgresFailure } from './sql-state.ts'

/** What is wrong with the connection is an answer; what is wrong with the statement is left as it is. */
export function toFailure(error: unknown): unknown {
  if (postgresFailure(error) !== undefined || !isConnectionError(error)) return error
  return isTimeout(error) ? busy(error) : lostConnection(asError(error))
}

/** 503: the connection died, and nobody knows how far the statement got. */
export function lostConnection(cause: unknown): HttpError {
  const failure = unavailable(cause)
  lost.add(failure)
  return failure
}

/** A WebSocket tells what went wrong by an event. */
export const asError = (error: unknown): unknown =>
  isEvent(error) ? new Error(`WebSocket: ${error.message ?? 'closed'}`) : error

const isEvent = (error: unknown): error is { readonly message?: string } =>
  !(error instanceof Error) && (error as { type?: unknown } | null)?.type === 'error'

// Errors of connections that existed, as opposed to failed attempts to connect. A set, so that the error keeps the shape
// that callers see.
const lost = new WeakSet<HttpError>()

/** Whether it is said of a connection that was there, and died. */
export const isLost = (error: unknown): boolean =>
  error instanceof HttpError ? lost.has(error) : isConnectionLoss(error)

/** Whether the statement did not even leave this process. */
export const isUnsent = (error: unknown): boolean =>
  error instanceof HttpError && lost.has(error) && unsendable.test(messageOf(error.cause))

/** Whether it came too late. */
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

/** An error of one statement leaves the connection whole; after a timeout the statement may still run on it. */
export const isBroken = (error: unknown): boolean =>
  isConnectionLoss(error) ||
  (error instanceof PlinthError &&
    (error.code === 'PLINTH_DATABASE_BUSY' || error.code === 'PLINTH_DATABASE_UNAVAILABLE')) ||
  postgresFailure(error)?.severity === 'FATAL'
