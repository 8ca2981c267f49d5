import type { UsedHeaders } from '../cors/cors.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import type { NamedRoute } from '../routing/route-definition.ts'

/** The headers of rate limits and of idempotent routes, which pages of other origins send and read. */
export function usedHeaders(routes: readonly NamedRoute[]): UsedHeaders {
  const takesKeys = routes.some(({ route }) => Boolean(route.spec.idempotent))
  const added = dependenciesOf(routes.flatMap(({ dependencies }) => dependencies)).flatMap(
    ({ traits }) => traits.headers ?? [],
  )
  return {
    accepted: takesKeys ? ['idempotency-key'] : [],
    exposed: [
      ...new Set([
        ...(takesKeys ? ['idempotent-replayed'] : []),
        ...added.map(({ name }) => name.toLowerCase()),
      ]),
    ],
  }
}
