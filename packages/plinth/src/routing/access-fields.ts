import type { DependencyPlan } from '../dependencies/plan.ts'
import type { Instances } from '../dependencies/instances.ts'
import type { Exchange } from '../http/exchange.ts'
import type { AccessFacts, SocketFacts } from '../logging/access-line.ts'
import { logFields } from '../telemetry/tracing.ts'
import type { CompiledRoute } from './compiled-route.ts'

/** A request that has its response. Without `route` and `instances`, no route matched. */
export interface FinishedRequest {
  readonly exchange: Exchange
  readonly route?: CompiledRoute
  readonly instances?: Instances
  /** The end of a socket. */
  readonly socket?: SocketFacts
}

/**
 * The fields of a request's access log line.
 *
 * @param status - the status of its response
 */
export function accessFields(request: FinishedRequest, status: number): AccessFacts {
  const { exchange } = request
  const { requestId, incoming, startedAt } = exchange
  return {
    requestId,
    method: incoming.method,
    route: incoming.route === undefined ? null : incoming.basePath + incoming.route.path,
    caller: callerOf(request),
    client: incoming.logsAddress ? incoming.address : undefined,
    status,
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
    trace: logFields(),
    socket: request.socket,
  }
}

/** The slot of the caller in a route's plan, or -1: the first guard that takes a credential, such as `betterAuth()`. */
function callerSlot({ guards, steps }: DependencyPlan): number {
  const isCaller = guards.find(
    (step) =>
      step.kind === 'factory' && step.needs.some(([, slot]) => steps[slot]?.kind === 'credential'),
  )
  return isCaller?.slot ?? -1
}
// Kept with the plan, since a plan has thousands of requests.
const callerSlots = new WeakMap<DependencyPlan, number>()

/** The id of a request's caller, if a credential led to one. */
export function callerOf({
  route,
  instances,
}: Pick<FinishedRequest, 'route' | 'instances'>): string | undefined {
  if (route === undefined || instances === undefined) return undefined
  let slot = callerSlots.get(route.plan)
  if (slot === undefined) callerSlots.set(route.plan, (slot = callerSlot(route.plan)))
  const caller = instances.values[slot] as { readonly id?: unknown } | null | undefined
  return typeof caller?.id === 'string' ? caller.id : undefined
}
