import type { Code } from '../errors/error-codes.ts'
import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { redact } from './redact.ts'

/** What a user mends outside of the code: the message says it all, and a stack would only hide it. */
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

/** What the process says when the setup ended it, without secrets; `undefined` for every other error. */
export function setupMessage(error: unknown): string | undefined {
  if (!(error instanceof PlinthError) || error instanceof HttpError) return undefined
  return ofSetup.has(error.code) ? `plinth: ${redact(error.message)} (${error.code})\n` : undefined
}

// Of the whole process, like the listener that it guards: a second one would print the message twice.
let isTelling = false

/**
 * From now on a process that ends by an error of its setup that nobody caught says the message alone. Node would
 * print a line of this framework's source, the stack and the version first.
 *
 * It only listens: an error that is caught, or that an `uncaughtException` listener handles, is not its business.
 */
export function tellSetupErrors(): void {
  if (isTelling) return
  isTelling = true
  process.on('uncaughtExceptionMonitor', (error) => {
    const message = setupMessage(error)
    if (message === undefined || process.listenerCount('uncaughtException') > 0) return
    process.stderr.write(message)
    process.exit(1)
  })
}
