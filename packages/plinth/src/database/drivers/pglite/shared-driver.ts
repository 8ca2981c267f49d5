import { resolve } from 'node:path'
import { PlinthError } from '../../../errors/plinth-error.ts'
import { mode } from '../../../settings/mode.ts'
import { type PgliteTarget, readPostgresUrl } from '../database-url.ts'
import {
  command,
  type DatabaseServer,
  type DriverOptions,
  type EmbeddedDatabase,
} from '../driver.ts'
import { direct, PostgresDriver } from '../pg/postgres-driver.ts'
import { findGateway, type GatewayAddress } from './gateway/gateway-file.ts'
import { holdOption } from './gateway/gateway-names.ts'
import { sharingSecret } from './gateway/sharing.ts'

/**
 * An embedded database that `plinth dev` has open, and shares through its gateway.
 *
 * It works as on a Postgres server.
 */
class SharedDriver extends PostgresDriver {
  override readonly kind = 'pglite'
  protected override readonly probesAlone = false
  readonly #directory: string
  readonly #gateway: GatewayAddress

  constructor(directory: string, gateway: GatewayAddress, options: DriverOptions & Location) {
    super({ ...readPostgresUrl(gateway.url), location: options.location }, options)
    this.#directory = directory
    this.#gateway = gateway
  }

  get embedded(): EmbeddedDatabase {
    return {
      directory: this.#directory,
      dump: async (file, connection) => {
        await connection.query(command(`plinth dump '${file.replaceAll("'", "''")}'`))
      },
      instance: async () => {
        throw new PlinthError(
          'PLINTH_DATABASE_LOCKED',
          `The database in ${this.#directory} is open in plinth dev (process ${this.#gateway.pid}): stop it first`,
        )
      },
    }
  }

  override get server(): DatabaseServer {
    const { url } = this.#gateway
    const options = encodeURIComponent(`-c ${holdOption}=on`)
    return { url, pooled: false, direct: () => direct(`${url}?options=${options}`) }
  }

  override async open(onRetry?: (error: PlinthError) => void): Promise<void> {
    try {
      await super.open(onRetry)
    } catch (error) {
      if (findGateway(this.#directory) !== undefined) throw error
      throw new PlinthError(
        'PLINTH_DATABASE_UNAVAILABLE',
        `The database in ${this.#directory} was shared by plinth dev (process ${this.#gateway.pid}), which has stopped: run this again`,
        { cause: error },
      )
    }
  }
}

interface Location {
  readonly location: string
}

/** The driver of a database that another process shares. Undefined if none does: this process opens it then. */
export function findSharedDriver(
  { directory, location }: PgliteTarget,
  options: DriverOptions,
): SharedDriver | undefined {
  if (directory === null || sharingSecret() !== undefined || mode() === 'production')
    return undefined
  const absolute = resolve(directory)
  const gateway = findGateway(absolute)
  return gateway && new SharedDriver(absolute, gateway, { ...options, location })
}
