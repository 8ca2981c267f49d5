import type { DriverOptions } from '../driver.ts'
import type { PostgresTarget } from '../database-url.ts'
import { NeonHttp } from './neon-http.ts'
import { loadNeon } from './neon-package.ts'
import { PostgresDriver, type Singles } from '../pg/postgres-driver.ts'
import type { ConnectionPool, PoolSettings } from '../pg/postgres-pool.ts'

/**
 * Neon's own driver: single statements over HTTP, transactions over WebSocket.
 *
 * For platforms that have no TCP, or whose processes do not live long enough to keep a connection pool.
 */
export class NeonDriver extends PostgresDriver {
  /** A statement over HTTP waits behind no other. */
  protected override readonly probesAlone = false

  protected override singles(target: PostgresTarget, options: DriverOptions): Singles | undefined {
    if (!options.pipeline) return undefined
    return new NeonHttp(target.url, options, { load: loadNeon, report: { reach: this.reach } })
  }

  protected override async load(settings: PoolSettings): Promise<ConnectionPool> {
    const [neon, { openNeonPool }] = await Promise.all([loadNeon(), import('./neon-pool.ts')])
    return openNeonPool(neon, settings)
  }
}
