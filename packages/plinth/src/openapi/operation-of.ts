import { documentedPath } from '../routing/path-pattern.ts'
import { routeBody } from '../routing/route-body.ts'
import * as z from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import { declaredResponsesOf, failureResponse, withProblem } from './responses.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { idempotencyKeySchema } from '../routing/idempotency/idempotency-key.ts'
import { idempotentOf } from '../routing/idempotency/idempotent-options.ts'
import { documentedSchema } from './documented-schema.ts'
import type { ErrorDocuments } from './error-documents.ts'
import { failuresOf, isConditional, partialResponse } from './failures-of.ts'
import type { SocketDeclaration } from '../routing/sockets/socket.types.ts'
import type { DocumentedRoute } from './openapi.types.ts'
import { given } from './given.ts'
import { parametersOf, requestParams, type RouteParameter } from './parameters-of.ts'
import { requestBodyOf } from './request-body-of.ts'
import { securityOf } from './security-of.ts'
import { callbacksOf } from './webhooks.ts'
import { summaryOf } from './summary-of.ts'

/** A route with its documented path and parameters. */
export interface Prepared extends DocumentedRoute {
  readonly path: string
  readonly parameters: readonly RouteParameter[]
}

/** A socket with its documented path and parameters. */
export interface PreparedSocket extends Prepared {
  readonly socket: SocketDeclaration
}

/** Determines the documented path and the parameters of a route. */
export function prepare(route: DocumentedRoute): Prepared {
  const asked = parametersOf(route)
  const parameters = [...asked, ...conditionOf(route, asked)].map((parameter) => ({
    ...parameter,
    schema: documentedSchema(parameter.schema),
  }))
  return { ...route, path: documentedPath(route.named.route.path), parameters }
}

/** The headers of conditional requests, of requests for a part, and of idempotent ones, for routes that take them. */
function conditionOf(route: DocumentedRoute, asked: readonly RouteParameter[]): RouteParameter[] {
  const added: RouteParameter[] = []
  const add = (name: string, schema: AnySchema): void => {
    if (!asked.some((one) => one.name === name))
      added.push({ in: 'header', name, schema, deprecated: false })
  }
  if (isConditional(route)) add('if-none-match', knownTags)
  if (partialResponse(route) !== undefined) add('range', askedRange)
  const { method, path, spec } = route.named.route
  const idempotent = idempotentOf(spec.idempotent, `${method} ${path}`)
  if (idempotent !== undefined)
    add(
      'idempotency-key',
      idempotencyKeySchema(idempotent.by === 'anyone', idempotent.required === true),
    )
  return added
}
// Without examples: a documentation page would send one of its own accord, and the next response be a 304 or a part.
const knownTags = z.string().optional().meta({
  description:
    'The ETag of the version that the caller has, such as `"1"`. The response is 304 if it has not changed.',
})
const askedRange = z
  .string()
  .optional()
  .meta({ description: 'The part of a file to send, such as `bytes=0-1023` (RFC 9110).' })

/** The tags of an operation. */
export const tagsOfRoute = ({ named }: DocumentedRoute): readonly string[] =>
  named.route.spec.tags ?? named.route.router.tags ?? [named.module]

/** The part of an operation that does not depend on its bodies. */
export function aboutOperation(route: Prepared): Record<string, unknown> {
  const { spec } = route.named.route
  return {
    operationId: route.named.operationId,
    tags: [...tagsOfRoute(route)],
    summary: spec.summary ?? summaryOf(route.named),
    ...given({ description: spec.description, deprecated: spec.deprecated }),
    security: securityOf(route.plan),
    ...(route.parameters.length > 0 && { requestParams: requestParams(route.parameters) }),
  }
}

/** The OpenAPI operation of a route. */
export function operationOf(route: Prepared, documents: ErrorDocuments): ZodOpenApiOperationObject {
  const { spec } = route.named.route
  const declared = new Map(declaredResponsesOf(route))
  const failures = failuresOf(route).map((failure) => {
    const own = declared.get(failure.status)
    const written = own ? withProblem(own, failure, documents) : failureResponse(failure, documents)
    return [failure.status, written] as const
  })
  return {
    ...aboutOperation(route),
    ...given({
      requestBody: requestBodyOf(routeBody(route.named, route.plan)),
      callbacks: spec.callbacks && callbacksOf(spec.callbacks),
    }),
    responses: Object.fromEntries([...declared, ...failures]),
  }
}
