import type { Injectable } from '../dependencies/dependency.ts'
import { plan, type DependencyPlan } from '../dependencies/plan.ts'
import type { AnyCatchEntry } from '../errors/catch-entry.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { compiled, type Compiled } from '../schemas/compiled.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import { hasWireNames } from '../schemas/names/wire-names.ts'
import { wire } from '../schemas/wire.ts'
import { partWithoutJson } from '../schemas/without-json.ts'
import type { HandlerContext } from '../http/exchange.ts'
import { isForm } from '../http/form.ts'
import { bodyLimit, bodyReader, uploadOptions, type BodyDecoder } from './body-decoder.ts'
import { routeBody } from './route-body.ts'
import { namesOf, parameterReaders, type ParameterReader } from './inputs/parameter-readers.ts'
import { isList, wireFieldsOf } from '../schemas/fields-of.ts'
import type { Limits } from '../http/limits.ts'
import { uploadFields } from '../http/upload/upload-plan.ts'
import type { UploadSlots } from '../http/upload/upload-slots.ts'
import { compileIdempotent, type IdempotentRoute } from './idempotency/idempotent-route.ts'
import { ownerWatch, type OwnerWatch } from './owner-watch.ts'
import { pathNames } from './path-pattern.ts'
import type { NamedRoute } from './route-definition.ts'
import type { AnyZod } from './route.types.ts'
import type { SocketDeclaration } from './sockets/socket.types.ts'
import { compileResponse, type CompiledResponse } from './responses/compile-response.ts'
import {
  declaredResponses,
  jsonSchemasOf,
  type DeclaredResponse,
} from './responses/declared-responses.ts'

/** The query parameters of a route. */
export interface QueryReader {
  /** The route's own schema, if it has one. */
  readonly schema: Compiled | undefined
  readonly own: ReadonlySet<string>
  /** Names that take a list. */
  readonly lists: ReadonlySet<string>
  /** All names, including the dependencies'; `undefined` if any name is accepted. */
  readonly known: ReadonlySet<string> | undefined
  /** `true` if the schema takes names that it does not have. */
  readonly isOpen: boolean
  /** Names that are not documented, and that no message names. */
  readonly hidden: ReadonlySet<string>
}

/** A route with everything precomputed that does not depend on a request. */
export interface CompiledRoute {
  readonly operationId: string
  readonly method: string
  readonly path: string
  readonly plan: DependencyPlan
  readonly params: Compiled | undefined
  readonly query: QueryReader
  readonly parameters: ReadonlyMap<number, ParameterReader>
  readonly body: BodyDecoder | undefined
  /** The schemas of path, query and body. */
  readonly inputSchemas: readonly AnyZod[]
  /** The response of a result without a status. */
  readonly response: CompiledResponse
  /** All responses, by status. */
  readonly responses: ReadonlyMap<number, CompiledResponse>
  /** `true` if the route says what it sends, so that a handler's own `Response` is compared with it. */
  readonly isDeclared: boolean
  /** `true` if the route has a map of responses, of which the handler may choose by `respond()`. */
  readonly isMapped: boolean
  /** The app's limits, with the route's own `maxBody` and `deadline`. */
  readonly limits: Limits
  readonly handler: (context: HandlerContext) => unknown
  /** The error responses of exceptions. */
  readonly catch: readonly AnyCatchEntry[]
  /** Undefined unless the route is idempotent. */
  readonly idempotent: IdempotentRoute | undefined
  /** Undefined except in development. */
  readonly ownerWatch: OwnerWatch | undefined
  /** The messages of a socket; `undefined` for a route that responds to requests. */
  readonly socket: SocketDeclaration | undefined
}

/** The settings of an app that its routes are compiled with. */
export interface RouteCompilerOptions {
  readonly overrides: ReadonlyMap<Injectable, Injectable>
  readonly limits: Limits
  /** Lets Postgres write the JSON of responses. */
  readonly databaseJson: boolean
  readonly uploadSlots: UploadSlots
}

/**
 * Plans and compiles a route.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: its query or params schema is not an object, or its path lacks a name
 * that a dependency reads, or has one twice
 */
export function compileRoute(named: NamedRoute, options: RouteCompilerOptions): CompiledRoute {
  const { route, operationId } = named
  const { spec } = route
  const planned = plan(named.dependencies, options.overrides, named.naming)
  checkPathNames(named, planned)
  checkParamNames(named)
  checkErrorNames(named, planned)
  const body = routeBody(named, planned)
  const uploads = body && isForm(body) ? uploadFields(body, operationId) : undefined
  const limits = {
    ...options.limits,
    body: bodyLimit(named, uploads, options.limits.body),
    deadline: spec.deadline ?? options.limits.deadline,
  }
  checkJson(named, body)
  const [plain, ...others] = declaredResponses(spec)
  const compileOne = (declared: DeclaredResponse): CompiledResponse =>
    compileResponse(declared, options.databaseJson)
  const responses = [compileOne(plain), ...others.map(compileOne)] as const
  const parameters = parameterReaders(planned)
  return {
    operationId,
    method: route.method.toUpperCase(),
    path: route.path,
    plan: planned,
    params: spec.params && compiled(wire(spec.params, 'strings')),
    query: withCredentials(queryReader(named, [...parameters.values()]), planned),
    parameters,
    body:
      body &&
      bodyReader(body, limits, {
        upload: uploads && uploadOptions(uploads, options),
        parts: planned.bodies,
      }),
    inputSchemas: [spec.params, named.query, body].filter((schema) => schema !== undefined),
    response: responses[0],
    responses: new Map(responses.map((response) => [response.status, response])),
    isDeclared: spec.response !== undefined,
    isMapped: spec.response !== undefined && !isSchema(spec.response),
    limits,
    // The types of `router.get()` and its siblings make sure that a handler gets what it takes.
    handler: route.handler as CompiledRoute['handler'],
    catch: named.catch,
    idempotent: compileIdempotent(named, planned),
    ownerWatch: ownerWatch(named, planned),
    socket: route.socket && { ...route.socket, receive: named.receive },
  }
}

/**
 * Checks that the names of a route's path are unique, and that the path has every name that a dependency reads.
 *
 * A name that the path lacks would always be missing, and of two equal names the wrong value might be read.
 */
function checkPathNames({ operationId, route }: NamedRoute, { steps }: DependencyPlan): void {
  const names = pathNames(route.path)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `${operationId}: ${route.path} has :${twice} twice, and only one of the values could be read. Rename one of them`,
    )
  for (const step of steps)
    if (step.kind === 'parameter' && step.parameter.source === 'path' && !names.includes(step.name))
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${operationId}: a dependency reads the path parameter "${step.name}", and ${route.path} has no :${step.name}`,
      )
}

/** The path itself names its parameters. */
function checkParamNames({ operationId, route: { spec, path } }: NamedRoute): void {
  if (spec.params !== undefined && hasWireNames(spec.params))
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `${operationId}: params has other names on the wire, and ${path} names its parameters itself. Remove aliased(), and name them in the path`,
    )
}

/** The data of an error is sent as it was thrown, so that its schema cannot rename it. */
function checkErrorNames(named: NamedRoute, planned: DependencyPlan): void {
  const { spec, router } = named.route
  for (const error of [
    ...(spec.errors ?? []),
    ...router.errors,
    ...named.errors,
    ...planned.errors,
  ])
    if (typeof error === 'object' && error.data !== undefined && hasWireNames(error.data))
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${named.operationId}: the data of ${error.code} has other names on the wire, and an error is sent as it was thrown. Write its fields as they are sent, without aliased()`,
      )
}

/** Checks that JSON can carry what the route takes and sends, in every mode: a part without a JSON form would be lost. */
function checkJson({ operationId, route }: NamedRoute, body: AnyZod | undefined): void {
  const { spec, socket } = route
  const { params, query } = spec
  const parts: (readonly [
    name: string,
    schema: AnyZod | undefined,
    place: Parameters<typeof partWithoutJson>[1],
  ])[] = [
    ['params', params, 'input'],
    ['query', query, 'input'],
    ['body', body, body && isForm(body) ? 'form' : 'input'],
    ['receive', socket?.receive, 'input'],
    ['send', socket?.send, 'response'],
    ...jsonSchemasOf(spec).map((schema) => ['response', schema, 'response'] as const),
  ]
  for (const [name, schema, place] of parts) {
    const found = schema && partWithoutJson(schema, place)
    if (found !== undefined)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${operationId}: ${[name, ...found.path].join('.')} is z.${found.type}(), which JSON cannot carry: ${found.remedy}`,
      )
  }
}

interface SchemaDef {
  readonly type: string
  readonly shape?: Readonly<Record<string, AnyZod>>
  readonly catchall?: AnyZod
}
const defOf = (schema: AnyZod): SchemaDef => schema._zod.def

const listsOf = (shape: Readonly<Record<string, AnyZod>>): Set<string> =>
  new Set(Object.keys(shape).filter((name) => isList(shape[name] as AnyZod)))

function queryReader(
  { query: schema, unknown, operationId }: NamedRoute,
  parameters: readonly ParameterReader[],
): QueryReader {
  const parametersOfQuery = parameters.filter((parameter) => parameter.source === 'query')
  const asked = parametersOfQuery.flatMap(namesOf)
  const hidden = new Set(parametersOfQuery.filter(({ isHidden }) => isHidden).flatMap(namesOf))
  if (schema === undefined) {
    const isAny = unknown === 'ignore' || (unknown === undefined && asked.length === 0)
    const known = isAny ? undefined : new Set(asked)
    return { schema: undefined, own: new Set(), lists: new Set(), known, isOpen: false, hidden }
  }
  const def = defOf(schema)
  if (def.type !== 'object' || def.shape === undefined)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `${operationId}: query must be z.object({ … }), not z.${def.type}()`,
    )
  const fields = wireFieldsOf(schema) ?? {}
  const own = new Set(Object.keys(fields))
  const open = def.catchall !== undefined && defOf(def.catchall).type !== 'never'
  return {
    schema: compiled(wire(schema, 'strings')),
    own,
    lists: listsOf(fields),
    known: open || unknown === 'ignore' ? undefined : new Set([...own, ...asked]),
    isOpen: open,
    hidden,
  }
}

/** Adds the query parameters that carry a credential, which is read before the others, to the known names. */
function withCredentials(reader: QueryReader, { steps }: DependencyPlan): QueryReader {
  const names = steps.flatMap((step) =>
    step.kind === 'credential' && step.credential.queryName !== undefined
      ? [step.credential.queryName]
      : [],
  )
  return reader.known === undefined || names.length === 0
    ? reader
    : { ...reader, known: new Set([...reader.known, ...names]) }
}
