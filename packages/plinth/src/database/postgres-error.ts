import type { Code } from '../errors/error-codes.ts'
import { HttpError, type InputIssue } from '../errors/http-error.ts'
import { fieldsOf } from './fields-of.ts'
import { type PostgresFailure, postgresFailure } from './drivers/sql-state.ts'

/** What an error of the database is to the caller. */
interface Answer {
  readonly status: 409 | 422 | 503
  readonly code: Code
  readonly detail: string
  /** What is said of the field, if Postgres names one. */
  readonly field?: string
  /** Seconds. */
  readonly retryAfter?: number
}

const missing: Answer = {
  status: 503,
  code: 'PLINTH_DATABASE_UNAVAILABLE',
  detail: 'The database cannot be reached; try again in a moment',
  retryAfter: 2,
}
const crowded: Answer = {
  status: 503,
  code: 'PLINTH_DATABASE_BUSY',
  detail: 'The database is busy; try again in a moment',
  retryAfter: 1,
}
const raced: Answer = {
  status: 409,
  code: 'PLINTH_SERIALIZATION_FAILURE',
  detail: 'The same rows were changed by another request at the same time; try again',
  retryAfter: 1,
}
const refused: Answer = {
  status: 422,
  code: 'PLINTH_CHECK_VIOLATION',
  detail: 'The database refused a value',
  field: 'This value is not allowed here',
}

/** 23503 when the row that is referred to was deleted or changed: no field of the request is to blame. */
const stillNeeded: Answer = {
  status: 409,
  code: 'PLINTH_FOREIGN_KEY_VIOLATION',
  detail: 'Something else still refers to it',
}

/** By SQLSTATE, and by its first two letters where the state itself is not here. */
const answers: Readonly<Record<string, Answer>> = {
  '23505': {
    status: 409,
    code: 'PLINTH_UNIQUE_VIOLATION',
    detail: 'There is one with this value already',
    field: 'There is one with this value already',
  },
  '23503': {
    status: 409,
    code: 'PLINTH_FOREIGN_KEY_VIOLATION',
    detail: 'It refers to something that is not there',
    field: 'There is nothing with this value to refer to',
  },
  '23P01': {
    status: 409,
    code: 'PLINTH_CONFLICT',
    detail: 'It overlaps with one that is there already',
  },
  '23514': refused,
  '23502': { ...refused, field: 'A value is needed' },
  '22': refused,
  // A value too long for an index.
  '54000': refused,
  '40001': raced,
  '40P01': raced,
  '57014': crowded,
  // A pooler lost the name of a prepared statement: none has one from now on.
  '26000': crowded,
  '42P05': crowded,
  '55P03': crowded,
  '53': crowded,
  // The disk is full, memory is short: nothing that a moment mends.
  '53100': missing,
  '53200': missing,
  '57P01': missing,
  '57P02': missing,
  '57P03': missing,
  '57P05': missing,
  '25P03': missing,
  // A server that may only be read: a standby, or one in recovery.
  '25006': missing,
  '08': missing,
  '28': missing,
  '3D': missing,
  '58': missing,
}

/**
 * An error of the database as an answer: 409, 422 with the field named, or 503. `undefined` for any other error,
 * and for what is a fault in the code, as a column that does not exist.
 *
 * It holds no value, no SQL and no address; the error itself is its `cause`.
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
  const answer = answerTo(failure)
  if (answer === undefined) return undefined
  const errors = issuesOf(failure, answer)
  return new HttpError(answer.status, answer.detail, {
    code: answer.code,
    cause: error,
    ...(errors && { errors }),
    ...(answer.retryAfter && { headers: { 'retry-after': `${answer.retryAfter}` } }),
  })
}

function answerTo({ code, message, severity }: PostgresFailure): Answer | undefined {
  // Postgres says it of a statement whose parameters are wrong, a pooler of a server that it cannot have (FATAL).
  if (code === '08P01' && severity === 'ERROR') return undefined
  if (code === '23503' && message.startsWith('update or delete')) return stillNeeded
  return answers[code] ?? answers[code.slice(0, 2)]
}

function issuesOf(failure: PostgresFailure, answer: Answer): InputIssue[] | undefined {
  const { field: message } = answer
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
