import { documentedPath } from '../routing/path-pattern.ts'
import * as z from 'zod'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import { failureResponse, successResponse, notModifiedResponse } from './responses.ts'
import { documentedSchema } from './documented-schema.ts'
import type { ErrorDocuments } from './error-documents.ts'
import { failuresOf, isConditional, successOf } from './failures-of.ts'
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

/** Determines the documented path and the parameters of a route. */
export function prepare(route: DocumentedRoute): Prepared {
  const asked = parametersOf(route)
  const parameters = [...asked, ...conditionOf(route, asked)].map((parameter) => ({
    ...parameter,
    schema: documentedSchema(parameter.schema),
  }))
  return { ...route, path: documentedPath(route.named.route.path), parameters }
}

/** The header of conditional requests, for routes that can respond with 304. */
function conditionOf(route: DocumentedRoute, asked: readonly RouteParameter[]): RouteParameter[] {
  const name = 'if-none-match'
  if (!isConditional(route) || asked.some((one) => one.name === name)) return []
  return [{ in: 'header', name, schema: knownTags, deprecated: false }]
}
const knownTags = z
  .string()
  .optional()
  .meta({
    description:
      'The ETag of the row that the caller has. The response is 304 if the row has not changed.',
    examples: ['"1"', '*'],
  })

/** The tags of an operation. */
export const tagsOfRoute = ({ named }: DocumentedRoute): readonly string[] =>
  named.route.spec.tags ?? named.route.router.tags ?? [named.module]

/** The OpenAPI operation of a route. */
export function operationOf(route: Prepared, documents: ErrorDocuments): ZodOpenApiOperationObject {
  const { spec } = route.named.route
  const success = [successOf(spec), successResponse(route)] as const
  const failures = failuresOf(route).map(
    (failure) => [failure.status, failureResponse(failure, documents)] as const,
  )
  return {
    operationId: route.named.operationId,
    tags: [...tagsOfRoute(route)],
    summary: spec.summary ?? summaryOf(route.named),
    ...given({ description: spec.description, deprecated: spec.deprecated }),
    security: securityOf(route.plan),
    ...(route.parameters.length > 0 && { requestParams: requestParams(route.parameters) }),
    ...given({
      requestBody: requestBodyOf(route.named.body),
      callbacks: spec.callbacks && callbacksOf(spec.callbacks),
    }),
    responses: Object.fromEntries([success, ...notModifiedResponse(route), ...failures]),
  } as unknown as ZodOpenApiOperationObject
}
