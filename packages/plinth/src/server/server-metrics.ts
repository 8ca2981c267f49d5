import { knownMethod } from '../telemetry/metrics/known-method.ts'
import { observe, type Observation } from '../telemetry/metrics.ts'
import type { Connections } from './connections.ts'
import type { OverloadResponder } from './overload-responder.ts'

/** The parts of a server whose numbers are metrics. */
interface MeasuredServer {
  readonly connections: Pick<Connections, 'inFlight'>
  readonly overload: Pick<OverloadResponder, 'refused'>
}

/**
 * Offers the numbers of a server as metrics: its requests in flight, and those that it refused.
 *
 * @returns a function that ends it
 */
export const observeServer = ({ connections, overload }: MeasuredServer): (() => void) =>
  observe(() => {
    const active = new Map<string, number>([['GET', 0]])
    for (const { req } of connections.inFlight) {
      const { name } = knownMethod(req.method ?? '')
      active.set(name, (active.get(name) ?? 0) + 1)
    }
    const observed: Observation[] = [...active].map(([method, value]) => ({
      name: 'http.server.active_requests',
      attributes: { 'http.request.method': method, 'url.scheme': 'http' },
      value,
    }))
    const attributes = { 'plinth.shed.reason': 'server' }
    observed.push({ name: 'plinth.shed.requests', attributes, value: overload.refused })
    return observed
  })
