import { plan } from '../dependencies/plan.ts'
import { RouteDefinition } from '../routing/route-definition.ts'
import { openapi } from './openapi.ts'
import type {
  DocumentedRoute,
  JsonSchema,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiOptions,
} from './openapi.types.ts'

/** The routes of an app's modules, prepared for the document. */
export function documentedRoutes(
  modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): DocumentedRoute[] {
  return Object.entries(modules).flatMap(([module, exports]) =>
    Object.entries(exports).map(([name, route]) => {
      if (!(route instanceof RouteDefinition)) throw new TypeError(`${name} is not a route`)
      const dependencies = [...route.router.dependencies, route.dependencies]
      return {
        named: {
          operationId: `${module}.${name}`,
          module,
          name,
          unknown: undefined,
          naming: undefined,
          query: route.spec.query,
          receive: route.socket?.receive,
          body: route.spec.body,
          route,
          dependencies,
          errors: [],
          catch: [],
          builtin: false,
        },
        plan: plan(dependencies),
      }
    }),
  )
}

/** The document of these modules. */
export const documentOf = (
  modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: Partial<OpenApiOptions> = {},
): OpenApiDocument =>
  openapi({ title: 'Test', version: '1.0.0', ...options }, { routes: documentedRoutes(modules) })

/** One operation of a document, by its id. */
export function operationIn(document: OpenApiDocument, operationId: string): OpenApiOperation {
  const found = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .find((operation) => operation.operationId === operationId)
  if (!found) throw new Error(`there is no operation ${operationId}`)
  return found
}

/** The schema of a successful JSON response. */
export function responseSchema(operation: OpenApiOperation, status = 200): JsonSchema | undefined {
  const answer = operation.responses[status]
  return answer && 'content' in answer ? answer.content?.['application/json']?.schema : undefined
}

/** The schema of a JSON body. */
export const bodySchema = (operation: OpenApiOperation): JsonSchema | undefined =>
  operation.requestBody?.content['application/json']?.schema
