import { observe, type Observation } from '../../telemetry/metrics.ts'
import type { MetricAttributes } from '../../telemetry/metrics/metric-snapshot.types.ts'
import type { ConnectionQueue } from './connection-queue.ts'
import type { ServerReach } from './server-reach.ts'

/** A connection pool whose numbers are metrics. */
export interface ObservedPool {
  readonly queue: ConnectionQueue
  /** The number of open connections, in use or idle; 0 before the first one. */
  readonly open: () => number
  /** `undefined` for a database in this process. */
  readonly reach?: ServerReach
}

// Weakly, since the numbers of a database that is never closed must not keep it.
const pools = new Set<WeakRef<ObservedPool>>()

/** The name of a pool, as the semantic conventions write it: `host:port/database`. */
export function poolName(location: string): string {
  const url = /^postgres(?:ql)?:/.test(location) ? URL.parse(location) : null
  return url === null ? location : `${url.host}${url.pathname}`
}

/** Offers the numbers of a connection pool as metrics, under a name. */
export function observePool(pool: ObservedPool, name: string): void {
  pool.queue.name = name
  for (const each of pools) if (each.deref() === undefined) pools.delete(each)
  pools.add(new WeakRef(pool))
  observe(observationsOfAll)
}

function* observationsOfAll(): Generator<Observation, void, void> {
  const servers = new Map<ServerReach, MetricAttributes>()
  for (const each of pools) {
    const pool = each.deref()
    if (pool === undefined) continue
    const { queue, reach } = pool
    if (reach !== undefined) servers.set(reach, { 'db.client.connection.pool.name': queue.name })
    yield* observationsOf(pool)
  }
  // Pools to one server have the same name, so their numbers add up. These are of the server.
  for (const [{ isAway, away }, attributes] of servers) {
    yield { name: 'plinth.db.available', attributes, value: isAway ? 0 : 1 }
    yield { name: 'plinth.db.away.time', attributes, value: away / 1000 }
  }
}

function* observationsOf({ queue, open }: ObservedPool): Generator<Observation, void, void> {
  const pool = { 'db.client.connection.pool.name': queue.name }
  const idle = Math.max(0, open() - queue.used)
  const state = (name: 'used' | 'idle') => ({ ...pool, 'db.client.connection.state': name })
  yield { name: 'db.client.connection.count', attributes: state('used'), value: queue.used }
  yield { name: 'db.client.connection.count', attributes: state('idle'), value: idle }
  yield { name: 'db.client.connection.max', attributes: pool, value: queue.count }
  yield { name: 'db.client.connection.pending_requests', attributes: pool, value: queue.waiting }
  yield { name: 'db.client.connection.timeouts', attributes: pool, value: queue.timeouts }
  const shed = { 'plinth.shed.reason': 'database' }
  yield { name: 'plinth.shed.requests', attributes: shed, value: queue.refused }
}
