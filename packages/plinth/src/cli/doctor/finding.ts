/** The severity of a finding: only a `problem` makes the exit code 1. */
export type Level = 'problem' | 'warning' | 'ok'

/** A result of `plinth doctor`. */
export interface Finding {
  /** Stable: compare this, and never the message. */
  readonly id: FindingId
  readonly level: Level
  /** One sentence: the state and where it was found. */
  readonly message: string
  /** The fix; undefined for `ok`. */
  readonly fix?: string
}

/** Every id, with its meaning. An id is never renamed. */
export const findingIds = {
  'node-version': 'Node is older than 24',
  'service-load': 'a module of the service cannot be loaded',
  'secret-missing': 'a secret is not set',
  'setting-missing': 'a required setting is not set',
  'setting-wrong': 'a setting has an invalid value',
  'env-file': 'an .env file is not UTF-8, or a line of it cannot be parsed',
  'database-url': 'DATABASE_URL is not a database URL',
  'database-password': 'the server does not accept the user or the password',
  'database-name': 'the server has no database of that name',
  'database-unreachable': 'the database server does not respond',
  'database-locked': 'another process uses the data directory',
  'pooled-url': 'migrations would run through a connection pooler',
  'migrations-pending': 'there are pending migrations',
  'migrations-folder': 'the migrations cannot be read',
  'port-taken': 'another program uses the port',
  'frontend-origin': 'the frontend’s pages may not call the service',
  'keys-unreachable': 'the frontend’s keys cannot be fetched',
  'keys-wrong': 'the frontend does not publish usable keys',
  'clock-skew': 'this machine’s clock differs from another one',
  'agents-outdated': 'the rules for coding assistants are of an older Plinth',
  'check-failed': 'a check failed or timed out',
} as const

export type FindingId = keyof typeof findingIds

/** A finding that must be fixed. */
export const problem = (id: FindingId, message: string, fix: string): Finding => ({
  id,
  level: 'problem',
  message,
  fix,
})

/** A finding that may be intended. */
export const warning = (id: FindingId, message: string, fix: string): Finding => ({
  id,
  level: 'warning',
  message,
  fix,
})

/** A check that passed. */
export const ok = (id: FindingId, message: string): Finding => ({ id, level: 'ok', message })
