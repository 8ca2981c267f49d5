/** How bad a finding is: only a `problem` makes the doctor's exit code 1. */
export type Level = 'problem' | 'warning' | 'ok'

/** What the doctor found. */
export interface Finding {
  /** Stable: compare this, never the message. */
  readonly id: FindingId
  readonly level: Level
  /** One sentence: what is so, and where. */
  readonly message: string
  /** What to do about it; none where it is well. */
  readonly fix?: string
}

/** Every id, with what it is about. An id is never renamed. */
export const findingIds = {
  'node-version': 'Node is older than 24',
  'service-load': 'a module of the service cannot be loaded',
  'secret-missing': 'a secret is not set',
  'setting-missing': 'another setting is not set',
  'setting-wrong': 'a setting has a value that is refused',
  'env-file': 'a line of an .env file cannot be read',
  'database-url': 'DATABASE_URL is no URL of a database',
  'database-password': 'the server does not accept the user or the password',
  'database-name': 'the server has no database of that name',
  'database-unreachable': 'the server does not answer',
  'database-locked': 'another process has the data directory',
  'pooled-url': 'migrations would run through a pooler',
  'migrations-pending': 'migrations are not applied yet',
  'migrations-folder': 'the migrations cannot be read',
  'port-taken': 'another program listens on the port',
  'frontend-origin': 'the frontend’s pages may not call the service',
  'keys-unreachable': 'the frontend’s keys cannot be had',
  'keys-wrong': 'what the frontend gives are no keys',
  'clock-skew': 'this machine’s clock differs from another’s',
  'check-failed': 'a check broke off or took too long',
} as const

export type FindingId = keyof typeof findingIds

/** It is so, and must be mended. */
export const problem = (id: FindingId, message: string, fix: string): Finding => ({
  id,
  level: 'problem',
  message,
  fix,
})

/** It may be meant so. */
export const warning = (id: FindingId, message: string, fix: string): Finding => ({
  id,
  level: 'warning',
  message,
  fix,
})

/** It was looked at, and is well. */
export const ok = (id: FindingId, message: string): Finding => ({ id, level: 'ok', message })
