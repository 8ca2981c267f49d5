import type { Dependencies } from '../../dependencies/dependency.ts'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import type { DeclaredError } from '../../errors/error-type.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { isOwnCloseCode } from '../../errors/socket-close.ts'
import { dependencyRecord, parameterModels } from '../dependency-record.ts'
import { RouteDefinition, type RouterDefinition } from '../route-definition.ts'
import { checkOperationId } from '../route-words.ts'
import type { AnyZod } from '../route.types.ts'
import { pathBelow } from '../path-pattern.ts'
import type { CloseCodes, SocketLimits, SocketSpec } from './socket.types.ts'
import { checkUnknownFields } from '../unknown-fields.ts'

/** The declaration of any socket. */
type AnySocketSpec = SocketSpec<
  AnyZod,
  AnyZod,
  AnyZod,
  AnyZod,
  Dependencies,
  readonly DeclaredError[],
  CloseCodes
>

const socketOptions: OptionNames<AnySocketSpec> = {
  params: true,
  query: true,
  headers: true,
  cookies: true,
  receive: true,
  send: true,
  dependencies: true,
  errors: true,
  closes: true,
  limits: true,
  operationId: true,
  summary: true,
  description: true,
  tags: true,
  deprecated: true,
  documented: true,
  unknown: true,
  deadline: true,
}

const defaultLimits: Required<SocketLimits> = {
  message: 65_536,
  rate: 50,
  buffer: 16,
  outgoing: 65_536,
  ping: 25_000,
  idle: 0,
  perCaller: 20,
}
/** The limits that 0 turns off. The others are always on. */
const mayBeOff: ReadonlySet<string> = new Set(['idle', 'perCaller'])
const limitNames = Object.fromEntries(
  Object.keys(defaultLimits).map((name) => [name, true as const]),
)

/** Declares a socket below a router. */
export function declareSocket(
  router: RouterDefinition,
  path: string,
  { spec, handler }: { spec: AnySocketSpec; handler: RouteDefinition['handler'] },
): RouteDefinition {
  const full = pathBelow(router.prefix, path, 'SOCKET')
  const where = `SOCKET ${full}`
  checkDeclaration({ path, spec, handler }, where)
  const { receive, send, closes = {}, limits, params, query, headers, cookies, ...words } = spec
  const models = parameterModels(
    { ...(headers && { headers }), ...(cookies && { cookies }) },
    where,
  )
  const route = new RouteDefinition({
    router,
    method: 'get',
    path: full,
    spec: { ...words, ...(params && { params }), ...(query && { query }) },
    dependencies: { ...dependenciesOf(spec, where), ...models },
    handler,
    socket: { receive, send, closes, limits: { ...defaultLimits, ...limits } },
  })
  router.routes.push(route)
  return route
}

function dependenciesOf(
  { dependencies }: AnySocketSpec,
  where: string,
): RouteDefinition['dependencies'] {
  const record = dependencyRecord(dependencies, where)
  if (!Object.hasOwn(record, 'incoming')) return record
  throw new PlinthError(
    'PLINTH_ROUTE_INVALID',
    `${where}: a dependency cannot have the name "incoming", which is reserved for the messages of the client`,
  )
}

interface Declared {
  readonly path: string
  readonly spec: AnySocketSpec
  readonly handler: RouteDefinition['handler']
}

/** Refuses a declaration of which a part would have no effect, or which would fail at the first message. */
function checkDeclaration({ path, spec, handler }: Declared, where: string): void {
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_ROUTE_INVALID', `${where}: ${problem}`)
  }
  const example = 'async function* ({ incoming }) { … }'
  if (typeof spec === 'function')
    refuse(
      `the handler is the third argument, after the options: write .socket('${path}', { receive, send }, ${example})`,
    )
  if (typeof handler !== 'function')
    refuse(`it has no handler: write .socket('${path}', { … }, ${example})`)
  checkOptions(spec, socketOptions, where)
  checkUnknownFields(spec.unknown, where)
  if (spec.operationId !== undefined) checkOperationId(spec.operationId, where)
  if (spec.receive === undefined && spec.send === undefined)
    refuse('it has neither receive nor send: declare the schema of the messages')
  checkOptions(spec.limits, limitNames, `${where}: limits`)
  for (const [name, limit] of Object.entries(spec.limits ?? {}) as [string, number][])
    if (!Number.isSafeInteger(limit) || limit < (mayBeOff.has(name) ? 0 : 1))
      refuse(
        `limits.${name} is ${String(limit)}: write a whole number ${mayBeOff.has(name) ? 'from 0 (no limit)' : 'above 0'}`,
      )
  for (const code of Object.keys(spec.closes ?? {}))
    if (!isOwnCloseCode(Number(code)))
      refuse(
        `closes has ${code}, which is not a close code of an application: use one of 3000 to 4399, or 4600 to 4999`,
      )
}
