import { PlinthError } from '../../../errors/plinth-error.ts'
import type { DriverOptions } from '../../database.ts'
import type { PostgresTarget } from '../database-url.ts'
import { NeonHttp } from './neon-http.ts'
import { PostgresDriver, type Singles } from '../pg/postgres-driver.ts'
import type { ConnectionPool, PoolSettings } from '../pg/postgres-pool.ts'

/**
 * Neon, through its own driver: single statements by HTTP, transactions by WebSocket. For platforms that have no TCP,
 * or do not live long enough to keep a pool.
 */
export class NeonDriver extends PostgresDriver {
  protected override singles(target: PostgresTarget, options: DriverOptions): Singles | undefined {
    return options.pipeline ? new NeonHttp(target.url, options, loadNeon) : undefined
  }

  protected override async load(settings: PoolSettings): Promise<ConnectionPool> {
    const [neon, { openNeonPool }] = await Promise.all([loadNeon(), import('./neon-pool.ts')])
    return openNeonPool(neon, settings)
  }
}

/** The package, which is an optional one. */
export type NeonPackage = typeof import('@neondatabase/serverless')

async function loadNeon(): Promise<NeonPackage> {
  try {
    return await import('@neondatabase/serverless')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new PlinthError(
      'PLINTH_DATABASE_DRIVER_MISSING',
      "The Neon driver is not installed: npm install @neondatabase/serverless, or choose TCP by database(url, { driver: 'pg' })",
      { cause: error },
    )
  }
}
