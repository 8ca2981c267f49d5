import type { CompiledRoute } from '../routing/compiled-route.ts'
import type { SocketLimits } from '../routing/sockets/socket.types.ts'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { sentSchema } from '../schemas/encode.ts'
import { wire } from '../schemas/wire.ts'
import { isOpenToAnything } from '../schemas/without-json.ts'

/** A socket with everything precomputed that does not depend on a connection. */
export interface SocketPlan {
  readonly route: CompiledRoute
  readonly limits: Required<SocketLimits>
  /** Reads a message of the client; `undefined` if it takes none. */
  readonly receive: Compiled | undefined
  /** Writes a message for the client; `undefined` if it sends none. */
  readonly send: { readonly schema: Compiled; readonly isOpen: boolean } | undefined
  /** `true` if a cookie is an input, which the browser sends for any page. */
  readonly readsCookies: boolean
}

// Kept with the route, which an override of a dependency replaces.
const plans = new WeakMap<CompiledRoute, SocketPlan>()

/** @param route - the route of a socket */
export function socketPlan(route: CompiledRoute): SocketPlan {
  const known = plans.get(route)
  if (known !== undefined) return known
  const { receive, send, limits } = route.socket!
  const made: SocketPlan = {
    route,
    limits,
    receive: receive && compiled(wire(receive, 'json')),
    send: send && { schema: sentSchema(send), isOpen: isOpenToAnything(send) },
    readsCookies: route.plan.steps.some(
      (step) => step.kind === 'parameter' && step.parameter.source === 'cookie',
    ),
  }
  plans.set(route, made)
  return made
}
