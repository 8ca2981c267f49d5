import { type Database, sharedOf } from '../../database/database.ts'
import { readDatabaseUrl } from '../../database/drivers/database-url.ts'
import {
  findGateway,
  type GatewayAddress,
} from '../../database/drivers/pglite/gateway/gateway-file.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { mode } from '../../settings/mode.ts'

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True if the database is embedded, in this process or in one that shares it. */
export const isEmbedded = (db: Database): boolean =>
  sharedOf(db, 'plinth').driver.embedded !== undefined

/** True if the database is on this machine. */
export function isLocal(db: Database): boolean {
  if (isEmbedded(db)) return true
  const host = decodeURIComponent(new URL(db.location).hostname).toLowerCase()
  // A path is the folder of a Unix socket.
  return localHosts.has(host) || host.startsWith('/')
}

/** The gateway of an embedded database, in this process or in the one that shares it; undefined without one. */
export function gatewayOf(db: Database): GatewayAddress | undefined {
  const { directory = null } = sharedOf(db, 'plinth').driver.embedded ?? {}
  return directory === null ? undefined : findGateway(directory)
}

/** The data directory of an embedded database; `null` if it is in memory, `undefined` for a server. */
export function directoryOf(db: Database): string | null | undefined {
  const target = readDatabaseUrl(db.location)
  return target.kind === 'pglite' ? target.directory : undefined
}

/**
 * Refuses a command that is for development only.
 *
 * @param effect - completes a sentence that begins with "This command", such as "deletes every row"
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: it runs in production, or the database is on another machine
 */
export function requireLocal(db: Database, effect: string, force: boolean | undefined): void {
  if (force) return
  if (mode() === 'production')
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `This is production (NODE_ENV), and this command ${effect}. Use --force to run it anyway`,
    )
  if (!isLocal(db))
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `${db.location} is not on this machine, and this command ${effect}. Use --force to run it anyway`,
    )
}
