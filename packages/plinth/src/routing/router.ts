import { startupWarning } from '../logging/startup-warnings.ts'
import { fieldsWithDefault } from '../models/patch.ts'
import { checkCatch, type AnyCatchEntry, type CatchEntries } from '../errors/catch-entry.ts'
import { checkUnknownFields, type UnknownFields } from './unknown-fields.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type * as z from 'zod'
import type { AskedOf, InputsOf } from '../dependencies/asked.types.ts'
import type { Dependencies, Within } from '../dependencies/dependency.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import type { ErrorsOf } from '../errors/errors-of.types.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import type { Method, Route } from './client-route.types.ts'
import { declareSocket } from './sockets/declare-socket.ts'
import { checkConcurrency } from '../dependencies/concurrency.ts'
import { idempotentProblem } from './idempotency/idempotent-route.ts'
import type { Idempotent, IdempotencyOf } from './idempotency/idempotent-options.ts'
import { dependencyRecord, parameterModels } from './dependency-record.ts'
import { responseProblem } from './responses/declared-responses.ts'
import { checkPath, joinPath, pathBelow } from './path-pattern.ts'
import { checkRouteWords, routeWords } from './route-words.ts'
import { checkTool } from './tools/tool-options.ts'
import { RouteDefinition, type RouterDefinition } from './route-definition.ts'
import type { RegisterSocket } from './sockets/socket.types.ts'
import type { AnyResponse, SentByStatus } from './responses/response-map.types.ts'
import type {
  AnyValue,
  AnyZod,
  Context,
  FromPath,
  FormOf,
  BodyIn,
  CookiesOf,
  Handler,
  HeadersOf,
  Join,
  HasPathNames,
  NoQuery,
  NoValue,
  RouteResult,
  Reserved,
  RouteSpec,
  Status,
} from './route.types.ts'

/** Declares a route for one method: its path, its inputs and outputs, and its handler. */
export interface Register<
  M extends Method,
  Prefix extends string,
  D1 extends Dependencies,
  E1 extends readonly DeclaredError[],
> {
  <
    Path extends string,
    R,
    Params extends AnyZod = FromPath<Join<Prefix, Path>>,
    Query extends AnyZod = NoQuery,
    Body extends AnyZod = NoValue,
    Resp extends AnyResponse = AnyValue,
    D2 extends Dependencies & Reserved = {},
    const E extends readonly DeclaredError[] = [],
    S extends Status = 200,
    Headers extends AnyZod = NoValue,
    Cookies extends AnyZod = NoValue,
    const I extends Idempotent = false,
  >(
    path: Path,
    spec: RouteSpec<
      Params,
      Query,
      Body,
      Resp,
      D2,
      E,
      S,
      HasPathNames<Join<Prefix, Path>, Params>,
      Headers,
      Cookies,
      I
    >,
    handler: Handler<Context<Params, Query, Body, D1, D2, Resp, S, Headers, Cookies>, Resp, R>,
  ): Route<
    M,
    Join<Prefix, Path>,
    {
      params: z.input<Params>
      query: z.input<Query> & InputsOf<D1, 'query'> & InputsOf<D2, 'query'>
      headers: HeadersOf<Headers> & InputsOf<D1, 'header'> & InputsOf<D2, 'header'>
      cookies: CookiesOf<Cookies> & InputsOf<D1, 'cookie'> & InputsOf<D2, 'cookie'>
      body: BodyIn<M, Body, D1, D2>
      form: FormOf<Body>
      out: RouteResult<Resp, R, S>
      sent: SentByStatus<Resp, S>
      idempotent: IdempotencyOf<I>
      errors: ErrorsOf<E> | ErrorsOf<E1> | AskedOf<D1, 'errors'> | AskedOf<D2, 'errors'>
    }
  >
}

/** Options that the routes of a router share. */
export interface RouterOptions<
  D,
  E = readonly DeclaredError[],
  C extends readonly unknown[] = readonly never[],
> {
  /** Groups in the documentation. Default: the module's name. */
  readonly tags?: readonly string[]
  /** Created for each of its routes, and passed to their handlers by name. */
  readonly dependencies?: D
  /** Errors that any of its routes may throw. */
  readonly errors?: E
  /**
   * Error responses for exceptions of other libraries, by class: `[[PaymentFailed, (error) => declined(…)]]`.
   *
   * The first class that matches decides; those of an inner router come before those around it. List the errors in
   * `errors`, too. Error responses, and errors that Plinth itself knows, are not caught.
   */
  readonly catch?: CatchEntries<C>
  /** The treatment of unknown fields and query parameters. Default: that of the router above, or the app's. */
  readonly unknown?: UnknownFields
}

/** Declares routes that share a prefix and dependencies. */
export interface Router<
  Prefix extends string,
  D extends Dependencies,
  E extends readonly DeclaredError[] = [],
> {
  /** Declares a nested router: this router's prefix and dependencies come before its own. */
  router<
    const P extends string,
    D2 extends Dependencies & Reserved = {},
    const E2 extends readonly DeclaredError[] = [],
    C extends readonly unknown[] = [],
  >(
    prefix: P,
    options?: RouterOptions<D2, E2, C>,
  ): Router<Join<Prefix, P>, Within<D, D2>, readonly [...E, ...E2]>
  get: Register<'get', Prefix, D, E>
  post: Register<'post', Prefix, D, E>
  put: Register<'put', Prefix, D, E>
  patch: Register<'patch', Prefix, D, E>
  delete: Register<'delete', Prefix, D, E>
  /** Declares a socket (WebSocket), whose handler is an async generator: it reads `incoming` and yields messages. */
  socket: RegisterSocket<Prefix, D, E>
}

const routerOptions: OptionNames<RouterOptions<Dependencies>> = {
  tags: true,
  dependencies: true,
  errors: true,
  catch: true,
  unknown: true,
}
const routeOptions: OptionNames<RouteDefinition['spec']> = {
  params: true,
  query: true,
  headers: true,
  cookies: true,
  body: true,
  response: true,
  status: true,
  errors: true,
  dependencies: true,
  summary: true,
  description: true,
  tags: true,
  deprecated: true,
  documented: true,
  maxBody: true,
  deadline: true,
  maxConcurrency: true,
  idempotent: true,
  unknown: true,
  tool: true,
  ...routeWords,
}

const methods: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete']

/**
 * Declares a router, whose routes share a prefix, dependencies and errors.
 *
 * A path consists of literal text, names (`:id`, one segment each), and a last name that takes the rest of the path
 * (`:path*`, which may be empty). Literal text goes before a name, and a name before the rest, whichever was declared
 * first: `/tasks/stats` is found before `/tasks/:id`.
 *
 * @param prefix - a path such as `/api/tasks`. With a trailing slash, the route of `'/'` has one: `/api/tasks/`
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a path that is written in another way, or a reserved name
 * @throws {PlinthError} `PLINTH_CATCH_INVALID`: an entry of `catch` is not a class and a function
 * @see https://fastapi.tiangolo.com/tutorial/bigger-applications/#apirouter
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { router } from 'plinth'
 *
 * const greetings = router('/greetings')
 * export const greet = greetings.get('/:name', { response: z.object({ text: z.string() }) },
 *   ({ params }) => ({ text: `Hello ${params.name}` }))
 * ```
 */
export function router<
  const P extends string,
  D extends Dependencies & Reserved = {},
  const E extends readonly DeclaredError[] = [],
  C extends readonly unknown[] = [],
>(prefix: P, options: RouterOptions<D, E, C> = {}): Router<P, D, E> {
  return routerBelow(undefined, prefix, options) as Router<P, D, E>
}

/** The options of any router. */
interface AnyRouterOptions extends Omit<RouterOptions<Dependencies>, 'catch'> {
  readonly catch?: readonly AnyCatchEntry[]
}

function routerBelow(
  above: RouterDefinition | undefined,
  prefix: string,
  options: AnyRouterOptions,
): object {
  if (prefix !== '' && !prefix.startsWith('/'))
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `the router's prefix "${prefix}" must begin with a slash, such as "/api/tasks"`,
    )
  checkOptions(options, routerOptions, `router "${prefix}"`)
  checkCatch(options.catch, `router "${prefix}"`)
  checkUnknownFields(options.unknown, `router "${prefix}"`)
  if (prefix !== '') checkPath(prefix, `the router "${prefix}"`)
  const self: RouterDefinition = {
    prefix: joinPath(above?.prefix ?? '', prefix),
    tags: options.tags ?? above?.tags,
    dependencies: [
      ...(above?.dependencies ?? []),
      dependencyRecord(options.dependencies, `router "${prefix}"`),
    ],
    errors: [...(above?.errors ?? []), ...(options.errors ?? [])],
    catch: [...(options.catch ?? []), ...(above?.catch ?? [])],
    unknown: options.unknown ?? above?.unknown,
    routes: [],
  }
  return {
    [routerDefinition]: self,
    router: (below: string, more: AnyRouterOptions = {}) => routerBelow(self, below, more),
    ...Object.fromEntries(methods.map((method) => [method, registrar(self, method)])),
    socket: (path: string, spec: never, handler: RouteDefinition['handler']) =>
      declareSocket(self, path, { spec, handler }),
  }
}

const routerDefinition: unique symbol = Symbol('plinth.router')

/** The definition of a router; `undefined` if it is not one. */
export const definitionOfRouter = (router: object): RouterDefinition | undefined =>
  (router as { readonly [routerDefinition]?: RouterDefinition })[routerDefinition]

function registrar(router: RouterDefinition, method: Method) {
  return (
    path: string,
    spec: RouteDefinition['spec'],
    handler: RouteDefinition['handler'],
  ): RouteDefinition => {
    const full = pathBelow(router.prefix, path, method.toUpperCase())
    const where = `${method.toUpperCase()} ${full}`
    checkDeclaration({ method, path, spec, handler }, where)
    const route = new RouteDefinition({
      router,
      method,
      path: full,
      spec,
      dependencies: {
        ...dependencyRecord(spec.dependencies as Dependencies, where),
        ...parameterModels(spec, where),
      },
      handler,
    })
    warnOfDefaults(route)
    router.routes.push(route)
    return route
  }
}

/** Warns of a PATCH body that fills in defaults: a change of one field would overwrite the others. */
function warnOfDefaults({ method, path, spec: { body } }: RouteDefinition): void {
  if (method !== 'patch' || body === undefined) return
  const names = fieldsWithDefault(body).map((name) => `"${name}"`)
  if (names.length > 0)
    startupWarning(
      body,
      `PATCH ${path}: its body fills in the default of ${names.join(', ')}, which overwrites what is stored. Use patch(schema)`,
    )
}

type Declared = Pick<RouteDefinition, 'method' | 'path' | 'spec' | 'handler'>

/** Refuses a declaration of which a part would have no effect, or which would fail at the first request. */
function checkDeclaration({ method, path, spec, handler }: Declared, where: string): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_ROUTE_INVALID', `${where}: ${problem}`)
  }
  if (typeof spec === 'function')
    refuse(
      `the handler is the third argument, after the options: write .${method}('${path}', {}, ({ params }) => …)`,
    )
  if (typeof handler !== 'function')
    refuse(`it has no handler: write .${method}('${path}', { … }, ({ params }) => …)`)
  checkOptions(spec, routeOptions, where)
  checkRouteWords(spec, where)
  checkTool(spec.tool, where)
  checkUnknownFields(spec.unknown, where)
  if (spec.maxConcurrency !== undefined) checkConcurrency(spec.maxConcurrency, where)
  if (method === 'get' && spec.body !== undefined)
    refuse(
      'a GET request has no body: declare the values with query: z.object({ … }), or the route with .post()',
    )
  const problem = responseProblem(spec, where) ?? idempotentProblem({ method, spec }, where)
  if (problem !== undefined) refuse(problem)
}
