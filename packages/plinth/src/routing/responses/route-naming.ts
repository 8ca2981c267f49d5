import { contentOf } from '../../http/content/content.ts'
import { RedirectContent } from '../../http/content/redirect.ts'
import { streamOf, streamWith } from '../../http/stream.ts'
import { applyNaming, applyQueryNaming } from '../../schemas/names/apply-naming.ts'
import type { Naming } from '../../schemas/names/naming.types.ts'
import { isSchema } from '../../schemas/zod-definition.ts'
import type { AnyResponse, ResponseContent, ResponseDeclaration } from './response-map.types.ts'
import type { RouteDefinition } from '../route-definition.ts'

type Spec = RouteDefinition['spec']

function contentBy<C extends ResponseContent>(content: C, rule: Naming): C {
  if (!isSchema(content) || contentOf(content) !== undefined) return content
  const stream = streamOf(content)
  // It stays a schema.
  return (
    stream === undefined
      ? applyNaming(content, rule, 'response')
      : streamWith(stream, applyNaming(stream.item, rule, 'response'))
  ) as C
}

function declaredBy(
  value: ResponseContent | ResponseDeclaration,
  rule: Naming,
): ResponseContent | ResponseDeclaration {
  if (value === null || isSchema(value) || RedirectContent.is(value)) return contentBy(value, rule)
  return { ...value, content: contentBy(value.content, rule) }
}

function responseBy(response: AnyResponse, rule: Naming): AnyResponse {
  if (isSchema(response)) return contentBy(response, rule)
  const entries = Object.entries(response) as [string, ResponseContent | ResponseDeclaration][]
  return Object.fromEntries(entries.map(([status, value]) => [status, declaredBy(value, rule)]))
}

/** Names the request and the response of a callback or a webhook by a rule. The receiver sees them as inputs. */
export function sentBy<T extends Pick<NonNullable<Spec['callbacks']>[string], 'body' | 'response'>>(
  sent: Readonly<Record<string, T>>,
  rule: Naming,
): Record<string, T> {
  const entries = Object.entries(sent).map(([name, one]) => [
    name,
    {
      ...one,
      ...(one.body && { body: applyNaming(one.body, rule, 'input') }),
      ...(one.response && { response: applyNaming(one.response, rule, 'response') }),
    },
  ])
  return Object.fromEntries(entries) as Record<string, T>
}

/**
 * A route whose query, body and responses have the names of a rule. Its path, headers and cookies keep theirs.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a name of its own does not follow the rule
 */
export function routeOnWire(route: RouteDefinition, rule: Naming): RouteDefinition {
  const { query, body, response, callbacks } = route.spec
  const spec: Spec = {
    ...route.spec,
    ...(query && { query: applyQueryNaming(query, rule) }),
    ...(body && { body: applyNaming(body, rule, 'input') }),
    ...(response && { response: responseBy(response, rule) }),
    ...(callbacks && { callbacks: sentBy(callbacks, rule) }),
  }
  // It is the same route: its order is what tells routes apart.
  return Object.create(route, { spec: { value: spec, enumerable: true } }) as RouteDefinition
}
