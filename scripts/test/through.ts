import type { TestProject } from 'vitest/node'
import { startNeonBridge } from '../../packages/plinth/test/support/postgres/neon-bridge.ts'
import { startPgbouncer } from '../../packages/plinth/test/support/postgres/pgbouncer.ts'
import { startPostgres } from '../../packages/plinth/test/support/postgres/postgres-server.ts'

/** The proxy between the tests and the server. */
export type Way = { readonly neon: number } | { readonly pooler: string }

declare module 'vitest' {
  export interface ProvidedContext {
    way: Way
  }
}

/**
 * Starts a Postgres server behind the proxy that PLINTH_TEST_THROUGH names: `neon` or `pgbouncer`.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  const stop: (() => Promise<void>)[] = [() => server.stop()]
  try {
    if (process.env['PLINTH_TEST_THROUGH'] === 'pgbouncer') {
      const pooler = await startPgbouncer(server)
      stop.unshift(async () => {
        console.log(
          `through pgbouncer ${pooler.version}: ${await pooler.transactions()} transactions`,
        )
        await pooler.stop()
      })
      project.provide('way', { pooler: `127.0.0.1:${pooler.port}` })
    } else {
      const bridge = await startNeonBridge()
      stop.unshift(async () => {
        console.log(
          `through Neon's driver: ${bridge.posts} statements by HTTP, ${bridge.sockets} connections by WebSocket`,
        )
        await bridge.close()
      })
      project.provide('way', { neon: bridge.port })
    }
  } catch (error) {
    await server.stop()
    throw error
  }
  project.provide('databaseUrl', server.url)
  return async () => {
    for (const one of stop) await one()
  }
}
