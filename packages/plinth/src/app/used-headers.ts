import type { UsedHeaders } from '../cors/cors.ts'
import { dependenciesOf } from '../dependencies/with-traits.ts'
import { streamOf } from '../http/stream.ts'
import { declaredResponses } from '../routing/responses/declared-responses.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import { isSchema } from '../schemas/zod-definition.ts'

/** The headers of rate limits, idempotent routes and event streams, which pages of other origins send and read. */
export function usedHeaders(routes: readonly NamedRoute[]): UsedHeaders {
  const takesKeys = routes.some(({ route }) => Boolean(route.spec.idempotent))
  const hasEvents = routes.some(({ route }) =>
    declaredResponses(route.spec).some(
      ({ content }) => isSchema(content) && streamOf(content)?.format === 'sse',
    ),
  )
  const added = dependenciesOf(routes.flatMap(({ dependencies }) => dependencies)).flatMap(
    ({ traits }) => traits.headers ?? [],
  )
  return {
    accepted: [...(takesKeys ? ['idempotency-key'] : []), ...(hasEvents ? ['last-event-id'] : [])],
    exposed: [
      ...new Set([
        ...(takesKeys ? ['idempotent-replayed'] : []),
        ...added.map(({ name }) => name.toLowerCase()),
      ]),
    ],
  }
}
