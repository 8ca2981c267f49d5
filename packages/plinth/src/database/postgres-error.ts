import type { Code } from '../errors/error-codes.ts'
import { HttpError, type InputIssue } from '../errors/http-error.ts'
import { fieldsOf } from './fields-of.ts'
import { type PostgresFailure, postgresFailure } from './drivers/sql-state.ts'

/** The response to an error of the database. */
interface ErrorResponse {
  readonly status: 409 | 422 | 503
  readonly code: Code
  readonly detail: string
  /** The message of the field, if Postgres names one. */
  readonly field?: string
  /** Seconds. */
  readonly retryAfter?: number
}

const missing: ErrorResponse = {
  status: 503,
  code: 'PLINTH_DATABASE_UNAVAILABLE',
  detail: 'The database cannot be reached; try again in a moment',
  retryAfter: 2,
}
const crowded: ErrorResponse = {
  status: 503,
  code: 'PLINTH_DATABASE_BUSY',
  detail: 'The database is busy; try again in a moment',
  retryAfter: 1,
}
/** The disk is full or memory is short, which no short wait repairs. Reads may still succeed. */
const full: ErrorResponse = {
  status: 503,
  code: 'PLINTH_DATABASE_FULL',
  detail: 'The database has no space left; try again later',
  retryAfter: 30,
}
const raced: ErrorResponse = {
  status: 409,
  code: 'PLINTH_SERIALIZATION_FAILURE',
  detail: 'The same rows were changed by another request at the same time; try again',
  retryAfter: 1,
}
const refused: ErrorResponse = {
  status: 422,
  code: 'PLINTH_CHECK_VIOLATION',
  detail: 'The database refused a value',
  field: 'This value is not allowed here',
}

/** 23503 when a referenced row was deleted or changed: no field of the request is to blame. */
const stillNeeded: ErrorResponse = {
  status: 409,
  code: 'PLINTH_FOREIGN_KEY_VIOLATION',
  detail: 'Another record still references it',
}

/** The responses by SQLSTATE, or by its first two letters where the state itself is not listed. */
const responses: Readonly<Record<string, ErrorResponse>> = {
  '23505': {
    status: 409,
    code: 'PLINTH_UNIQUE_VIOLATION',
    detail: 'A record with this value already exists',
    field: 'A record with this value already exists',
  },
  '23503': {
    status: 409,
    code: 'PLINTH_FOREIGN_KEY_VIOLATION',
    detail: 'The referenced record does not exist',
    field: 'No record with this value exists',
  },
  '23P01': {
    status: 409,
    code: 'PLINTH_CONFLICT',
    detail: 'It overlaps with an existing record',
  },
  '23514': refused,
  '23502': { ...refused, field: 'A value is required' },
  '22': refused,
  // A value too long for an index.
  '54000': refused,
  '40001': raced,
  '40P01': raced,
  '57014': crowded,
  // A pooler lost the name of a prepared statement. Statements are sent without names from now on.
  '26000': crowded,
  '42P05': crowded,
  '55P03': crowded,
  '53': crowded,
  '53100': full,
  '53200': full,
  '57P01': missing,
  '57P02': missing,
  '57P03': missing,
  '57P05': missing,
  '25P03': missing,
  // A read-only server: a standby, or one in recovery.
  '25006': missing,
  '08': missing,
  '28': missing,
  '3D': missing,
  '58': missing,
}

/**
 * Converts an error of the database to a response: 409, 422 with the field named, or 503.
 *
 * Undefined for any other error, and for mistakes in the code, such as a column that does not exist. The response holds
 * no value, no SQL and no address. The error itself is its `cause`.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @example
 * ```ts
 * import { conflict, database, postgresError } from 'plinth'
 *
 * const db = database('pglite:memory')
 * export const insert = (text: string) =>
 *   db.execute(text).catch((error) => {
 *     if (postgresError(error)?.code === 'PLINTH_UNIQUE_VIOLATION') throw conflict('This name is taken')
 *     throw error
 *   })
 * ```
 */
export function postgresError(error: unknown): HttpError | undefined {
  const failure = postgresFailure(error)
  if (failure === undefined) return undefined
  const response = responseTo(failure)
  if (response === undefined) return undefined
  const errors = issuesOf(failure, response)
  return new HttpError(response.status, response.detail, {
    code: response.code,
    cause: error,
    ...(errors && { errors }),
    ...(response.retryAfter && { headers: { 'retry-after': `${response.retryAfter}` } }),
  })
}

function responseTo({ code, message, severity }: PostgresFailure): ErrorResponse | undefined {
  // Postgres uses it for wrong parameters (ERROR), a pooler for a server it cannot reach (FATAL).
  if (code === '08P01' && severity === 'ERROR') return undefined
  if (code === '23503' && message.startsWith('update or delete')) return stillNeeded
  return responses[code] ?? responses[code.slice(0, 2)]
}

function issuesOf(failure: PostgresFailure, response: ErrorResponse): InputIssue[] | undefined {
  const { field: message } = response
  if (message === undefined) return undefined
  const code = kindOf[failure.code] ?? 'invalid_value'
  const issues = fieldsOf(failure).map((field) => ({
    in: 'body' as const,
    path: [field],
    message,
    code,
  }))
  return issues.length > 0 ? issues : undefined
}

const kindOf: Readonly<Record<string, string>> = {
  '23502': 'required',
  '23503': 'reference',
  '23505': 'unique',
  '23514': 'check',
}
