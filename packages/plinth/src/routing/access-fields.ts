import type { Instances } from '../dependencies/instances.ts'
import type { Exchange } from '../http/exchange.ts'
import type { AccessFacts } from '../logging/access-line.ts'
import type { CompiledRoute } from './compiled-route.ts'

/** A request that has its response. Without `route` and `instances`, no route matched. */
export interface FinishedRequest {
  readonly exchange: Exchange
  readonly route?: CompiledRoute
  readonly instances?: Instances
}

/**
 * The fields of a request's access log line.
 *
 * @param status - the status of its response
 */
export function accessFields({ exchange, route }: FinishedRequest, status: number): AccessFacts {
  const { requestId, incoming, startedAt } = exchange
  return {
    requestId,
    method: incoming.method,
    route: route?.path ?? null,
    status,
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
  }
}
