import { type Database, sharedOf } from '../../database/database.ts'
import { readDatabaseUrl } from '../../database/drivers/database-url.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { mode } from '../../settings/mode.ts'

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True if the database runs inside this process. */
export const isEmbedded = (db: Database): boolean =>
  sharedOf(db, 'plinth').driver.embedded !== undefined

/** True if the database is on this machine. */
export function isLocal(db: Database): boolean {
  if (isEmbedded(db)) return true
  const host = decodeURIComponent(new URL(db.location).hostname).toLowerCase()
  // A folder with a socket in it.
  return localHosts.has(host) || host.startsWith('/')
}

/** Where an embedded database is; `null` in memory; `undefined` for a server. */
export function directoryOf(db: Database): string | null | undefined {
  const target = readDatabaseUrl(db.location)
  return target.kind === 'pglite' ? target.directory : undefined
}

/**
 * Refuses what is for development only.
 *
 * @param what - the end of a sentence that begins with "This"
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: this is production, or the database is on another machine
 */
export function refuseElsewhere(db: Database, what: string, force: boolean | undefined): void {
  if (force) return
  if (mode() === 'production')
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `This is production (NODE_ENV), and it ${what}. With --force it is done all the same`,
    )
  if (!isLocal(db))
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `${db.location} is not on this machine, and this ${what}. With --force it is done all the same`,
    )
}
