import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi'
import { ownBodyOf } from '../errors/own-body.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { jsonSchemasOf } from '../routing/responses/declared-responses.ts'
import { routeBody } from '../routing/route-body.ts'
import { isShared, sharedResponses, usedHeaders } from './responses.ts'
import { componentNames, type ComponentNames } from './component-names.ts'
import { documentedSchema } from './documented-schema.ts'
import { documentedTool } from './documented-tool.ts'
import {
  errorDocuments,
  problemDocuments,
  type ErrorDocuments,
  type ErrorFormat,
} from './error-documents.ts'
import { failuresOf, type AnyErrorType } from './failures-of.ts'
import type {
  DocumentedRoute,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiOptions,
} from './openapi.types.ts'
import { given } from './given.ts'
import {
  operationOf,
  prepare,
  tagsOfRoute,
  type Prepared,
  type PreparedSocket,
} from './operation-of.ts'
import { finishParameters } from './parameters-of.ts'
import { withRouteWords } from './route-words.ts'
import { asInput, schemaOverride } from './schema-override.ts'
import { prepareSocket, socketMethod, socketOperation, socketsIn } from './socket-operations.ts'
import { securitySchemes } from './security-of.ts'
import { webhooksOf } from './webhooks.ts'
import { withBodyExample } from './examples/with-body-example.ts'

export type { DocumentedRoute, OpenApiDocument, OpenApiOptions } from './openapi.types.ts'

/**
 * Generates the OpenAPI 3.1 document of these routes and sockets.
 *
 * It has every input, every status, and every schema in its wire form. Routes with
 * `documented: false` are left out. Named schemas (`.meta({ id })`, and every model) are components;
 * a schema that differs between request and response has two, such as `Task` and `TaskOutput`, unless the option
 * `separateInputOutputSchemas` is `false`.
 *
 * @param format - the format of error responses
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: two different schemas share a name, two routes write one path with
 * different names, or a schema is of a kind that JSON cannot carry
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openapi(
  options: OpenApiOptions,
  { routes, sockets = [] }: DocumentedRoutes,
  format: ErrorFormat = problemDocuments,
): OpenApiDocument {
  const prepared = routes.filter(isDocumented).map(prepare)
  const open = sockets.filter(isDocumented).map(prepareSocket)
  const all = [...prepared, ...open]
  checkPaths(all)
  const failures = all.map(failuresOf)
  const types = failures
    .flat()
    .flatMap((failure) => failure.types)
    .filter((type) => ownBodyOf(type) === undefined)
  const errors = errorDocuments(format, types)
  const names = checkNames(prepared, { errors, types: new Set(types) })
  for (const one of open) addSocketNames(one, names)
  const shared = new Set(
    failures
      .flat()
      .filter(isShared)
      .map((failure) => failure.status),
  )

  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of prepared)
    (paths[route.path] ??= {})[route.named.route.method] = operationOf(route, errors)
  for (const one of open) (paths[one.path] ??= {})[socketMethod] = socketOperation(one, errors)

  const { servers, tags, webhooks, title, version, summary, description } = options
  const { termsOfService, contact, license } = options
  const info = {
    title,
    version,
    ...given({ summary, description, termsOfService, contact, license }),
  }
  const document = write(
    {
      openapi: '3.1.1',
      info,
      servers: servers?.length ? [...servers] : [{ url: '/' }],
      tags: tagsOf({ described: tags ?? [], groups: options.groups ?? [] }, all),
      paths,
      ...given({ webhooks: webhooks && webhooksOf(webhooks) }),
      components: {
        schemas: errors.schemas,
        responses: sharedResponses(
          [...shared].toSorted((a, b) => a - b),
          errors,
          prepared,
        ),
        headers: usedHeaders(prepared, shared),
        securitySchemes: securitySchemes(all, servers?.[0]?.url ?? '/'),
      },
    } as unknown as ZodOpenApiObject,
    options,
  )
  return finished(document, prepared, open)
}

/** The routes and sockets of a document. */
interface DocumentedRoutes {
  readonly routes: readonly DocumentedRoute[]
  readonly sockets?: readonly DocumentedRoute[]
}

const isDocumented = ({ named }: DocumentedRoute): boolean => named.route.spec.documented !== false

/** To OpenAPI, two path templates that differ only in parameter names are the same path. */
function checkPaths(routes: readonly Prepared[]): void {
  const known = new Map<string, Prepared>()
  for (const route of routes) {
    const shape = route.path.replaceAll(/\{[^}]*\}/g, '{}')
    const first = known.get(shape) ?? route
    if (first.path !== route.path)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${first.named.operationId} (${first.named.route.path}) and ${route.named.operationId} (${route.named.route.path}) name the same path differently: use the same names in both`,
      )
    known.set(shape, first)
  }
}

function checkNames(
  routes: readonly Prepared[],
  { errors, types }: { errors: ErrorDocuments; types: ReadonlySet<AnyErrorType> },
): ComponentNames {
  const names = componentNames(errors.owners)
  names.add(errors.general(500), 'the problems of app()')
  for (const route of routes) {
    const { named, plan } = route
    const { spec } = named.route
    const body = routeBody(named, plan)
    addParameterNames(route, names)
    if (body) names.add(documentedSchema(body), `the body of ${named.operationId}`)
    for (const schema of jsonSchemasOf(spec))
      names.add(documentedSchema(schema), `the response of ${named.operationId}`)
  }
  for (const type of types) names.add(errors.ofType(type), `the error type "${type.code}"`)
  return names
}

function addParameterNames({ named, parameters }: Prepared, names: ComponentNames): void {
  for (const parameter of parameters)
    names.add(parameter.schema, `the parameter "${parameter.name}" of ${named.operationId}`)
}

function addSocketNames(one: PreparedSocket, names: ComponentNames): void {
  addParameterNames(one, names)
  for (const name of ['receive', 'send'] as const) {
    const schema = one.socket[name]
    if (schema) names.add(documentedSchema(schema), `${name} of ${one.named.operationId}`)
  }
}

/** Tags with descriptions, and the modules of routes: first these tags, and then those of the modules. */
interface TagOrder {
  readonly described: NonNullable<OpenApiOptions['tags']>
  readonly groups: readonly string[]
}

function tagsOf(
  { described, groups }: TagOrder,
  routes: readonly Prepared[],
): { name: string; description?: string }[] {
  const place = ({ named }: Prepared): number => groups.indexOf(named.module)
  const used = routes.toSorted((a, b) => place(a) - place(b)).flatMap(tagsOfRoute)
  const known = new Set(described.map((tag) => tag.name))
  return [
    ...described,
    ...[...new Set(used)].filter((name) => !known.has(name)).map((name) => ({ name })),
  ]
}

function write(
  source: ZodOpenApiObject,
  { separateInputOutputSchemas = true }: OpenApiOptions,
): OpenApiDocument {
  try {
    const document = createDocument(source, {
      override: (context) => {
        schemaOverride(context)
        if (!separateInputOutputSchemas && context.io === 'output') asInput(context)
      },
      // a schema that Zod cannot describe (the result of a transform, z.custom()) is documented as any value
      allowEmptySchema: { custom: true, transform: true, pipe: true },
    })
    // our type of a document is read-only, and narrower than zod-openapi's
    return document as unknown as OpenApiDocument
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `a route's schema cannot be written as OpenAPI: ${reason}`,
      { cause: error },
    )
  }
}

function finished(
  document: OpenApiDocument,
  routes: readonly Prepared[],
  sockets: readonly PreparedSocket[],
): OpenApiDocument {
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  for (const { path, parameters, named } of routes) {
    const { method } = named.route
    const operation = document.paths[path]?.[method]
    if (operation === undefined) continue
    const finished = operation.parameters
      ? { ...operation, parameters: finishParameters(operation.parameters, parameters) }
      : operation
    const tool = documentedTool(named)
    const marked = tool ? { ...finished, 'x-mcp-tool': tool } : finished
    const said = withRouteWords(marked, named)
    ;(paths[path] ??= {})[method] = withBodyExample(said, document.components?.schemas ?? {})
  }
  const { components, ...rest } = document
  return {
    ...rest,
    paths,
    ...(sockets.length > 0 && { 'x-websockets': socketsIn(document, sockets) }),
    components,
  }
}
