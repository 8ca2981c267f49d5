import type { PostgresFailure } from '../database/drivers/sql-state.ts'

/** A schema, or a table of users, that does not exist. */
const missing = /^schema "|^relation "(?:[^"]+\.)?user"/

/** The advice for a table that refers to Better Auth's tables, which do not exist; otherwise empty. */
export const missingTableHint = ({ code, message }: PostgresFailure): string =>
  (code === '3F000' || code === '42P01') && missing.test(message)
    ? '. If Better Auth owns it, create its tables first: pass the instance as auth to migrate() or testDatabase(). plinth db migrate finds the one that src/auth.ts exports'
    : ''
