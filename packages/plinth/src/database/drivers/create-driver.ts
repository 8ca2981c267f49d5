import { type PostgresTarget, readDatabaseUrl } from './database-url.ts'
import type { Driver, DriverOptions } from './driver.ts'
import { NeonDriver } from './neon/neon-driver.ts'
import { PostgresDriver } from './pg/postgres-driver.ts'
import { PgliteDriver } from './pglite/pglite-driver.ts'
import { findSharedDriver } from './pglite/shared-driver.ts'
import { serverlessPlatform } from './platform.ts'

/** How a Postgres server is reached: `auto` picks Neon's driver for a Neon host on a serverless platform. */
export type DriverChoice = 'auto' | 'pg' | 'neon'

/**
 * Creates the driver for a database URL.
 *
 * @throws {PlinthError} `PLINTH_DATABASE_URL_INVALID`
 */
export function createDriver(url: string, options: DriverOptions, choice: DriverChoice): Driver {
  const target = readDatabaseUrl(url)
  if (target.kind === 'pglite')
    return findSharedDriver(target, options) ?? new PgliteDriver(target, options)
  return new (isNeon(target, choice) ? NeonDriver : PostgresDriver)(target, options)
}

const isNeon = ({ neon }: PostgresTarget, choice: DriverChoice): boolean =>
  choice === 'neon' || (choice === 'auto' && neon && serverlessPlatform() !== undefined)
