import type { DriverOptions } from '../driver.ts'
import type { PostgresTarget } from '../database-url.ts'
import { NeonHttp } from './neon-http.ts'
import { loadNeon } from './neon-package.ts'
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
