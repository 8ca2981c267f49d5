import type { HttpError } from '../errors/http-error.ts'
import type { Logger } from '../logging/logger.types.ts'
import { failuresOf } from '../openapi/failures-of.ts'
import type { DocumentedRoute } from '../openapi/openapi.types.ts'
import { mode } from '../settings/mode.ts'

/**
 * Warns in development, once per route and code, of an error that the `errors` of its route do not declare.
 *
 * Such an error is sent, but the documentation and the client's types lack it.
 *
 * @param routes - called with the first error
 */
export function undeclaredErrors(
  routes: () => readonly DocumentedRoute[],
  log: Logger,
): ((operationId: string, error: HttpError) => void) | undefined {
  if (mode() !== 'development') return undefined
  const warned = new Set<string>()
  let byId: ReadonlyMap<string, DocumentedRoute> | undefined
  return (operationId, { status, code }) => {
    byId ??= new Map(routes().map((route) => [route.named.operationId, route]))
    const route = byId.get(operationId)
    const subject = `${operationId} ${code}`
    if (route === undefined || route.named.builtin || warned.has(subject)) return
    const failure = failuresOf(route).find((each) => each.status === status)
    if (failure?.general || failure?.types.some((type) => type.code === code)) return
    warned.add(subject)
    const { method, path } = route.named.route
    const entry = code.startsWith('PLINTH_') ? `${status}` : `${status}, or its errorType()`
    log.warn(
      { code },
      `${operationId} (${method.toUpperCase()} ${path}) responded with ${status} ${code}, which its errors do not declare, so the documentation and the client lack it: add errors: [${entry}] to the route, or to the dependency that throws it`,
    )
  }
}
