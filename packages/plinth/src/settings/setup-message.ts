import type { Code } from '../errors/error-codes.ts'
import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { redact } from './redact.ts'

/** Configuration errors, which are fixed outside of the code: the message is enough, and a stack would hide it. */
const ofSetup: ReadonlySet<string> = new Set<Code>([
  'PLINTH_SETTINGS_INVALID',
  'PLINTH_PORT_IN_USE',
  'PLINTH_CORS_UNSAFE',
  'PLINTH_AUTH_INVALID',
  'PLINTH_DATABASE_URL_INVALID',
  'PLINTH_DATABASE_LOCKED',
  'PLINTH_DATABASE_DAMAGED',
  'PLINTH_DATABASE_UNAVAILABLE',
  'PLINTH_MIGRATION_FAILED',
])

/** Formats a configuration error for standard error, without secrets; `undefined` for every other error. */
export function setupMessage(error: unknown): string | undefined {
  if (!(error instanceof PlinthError) || error instanceof HttpError) return undefined
  return ofSetup.has(error.code) ? `plinth: ${redact(error.message)} (${error.code})\n` : undefined
}

// State of the whole process, like the listener: a second one would print the message twice.
let isInstalled = false

/**
 * Makes the process print only the message of an uncaught configuration error.
 *
 * Node would print a line of this framework's source, the stack and the version first. Errors that are caught, or
 * handled by an `uncaughtException` listener, are not affected.
 */
export function tellSetupErrors(): void {
  if (isInstalled) return
  isInstalled = true
  process.on('uncaughtExceptionMonitor', (error) => {
    const message = setupMessage(error)
    if (message === undefined || process.listenerCount('uncaughtException') > 0) return
    process.stderr.write(message)
    process.exit(1)
  })
}
