import { checkOptions } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { splitUrl } from '../../http/read-url.ts'
import type { AccessValue, ChosenFacts } from '../../logging/access-line.ts'
import { logFields } from '../../telemetry/tracing.ts'
import { callerOf, type FinishedRequest } from '../access-fields.ts'

/** A field of the access log: see {@link AccessLogOptions}. */
export type AccessField =
  | ('requestId' | 'method' | 'route' | 'operation' | 'path' | 'status' | 'ms' | 'caller')
  | ('client' | 'host' | 'userAgent' | 'referer' | 'contentLength')

/** Options of the access log. */
export interface AccessLogOptions {
  /**
   * The fields of a line, in their order.
   *
   * Default: `requestId`, `method`, `route`, `status`, `ms`, `caller`, and `client` if the server trusts a proxy.
   * `operation` is the operation id, `path` the path as it was sent, without the query string, and `contentLength` the
   * bytes of the request's body as its header tells. `client`, `host`, `userAgent` and `referer` are what clients send:
   * personal data, in most countries. A field without a value is left out.
   */
  readonly fields: readonly AccessField[]
}

type ReadField = (request: FinishedRequest, status: number) => AccessValue

const header =
  (name: string): ReadField =>
  ({ exchange }) =>
    exchange.incoming.headers.get(name) ?? undefined

const readers: Readonly<Record<AccessField, ReadField>> = {
  requestId: ({ exchange }) => exchange.requestId,
  method: ({ exchange }) => exchange.incoming.method,
  route: ({ exchange: { incoming } }) =>
    incoming.route === undefined ? null : incoming.basePath + incoming.route.path,
  operation: ({ route }) => route?.operationId,
  path: ({ exchange: { incoming } }) => incoming.basePath + splitUrl(incoming.target).path,
  status: (_request, status) => status,
  ms: ({ exchange }) => Math.round((performance.now() - exchange.startedAt) * 10) / 10,
  caller: callerOf,
  client: ({ exchange }) => exchange.incoming.address,
  host: header('host'),
  userAgent: header('user-agent'),
  // Its query string may hold the secrets of another page.
  referer: ({ exchange }) => exchange.incoming.headers.get('referer')?.split(/[?#]/, 1)[0],
  contentLength: ({ exchange }) => {
    const length = Number(exchange.incoming.headers.get('content-length') ?? Number.NaN)
    return Number.isSafeInteger(length) ? length : undefined
  },
}

/** The fields whose values no client has written. */
const ownFields = new Set<AccessField>(['requestId', 'route', 'operation', 'status', 'ms'])

/**
 * Checks the options of the access log.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: a field does not exist, or is there twice
 */
export function checkAccessLog(options: unknown): void {
  if (options === undefined) return
  checkOptions(options, { fields: true }, 'app(): accessLog')
  const { fields } = options as { readonly fields?: unknown }
  const refuse = (problem: string): never => {
    throw new PlinthError('PLINTH_OPTION_UNKNOWN', `app(): accessLog.fields ${problem}`)
  }
  if (!Array.isArray(fields) || fields.length === 0)
    return refuse(`must be a list of names: ['method', 'route', 'status', 'ms', 'caller']`)
  for (const [at, field] of fields.entries()) {
    if (typeof field !== 'string' || !Object.hasOwn(readers, field))
      refuse(`has ${JSON.stringify(field)}. Expected one of: ${Object.keys(readers).join(', ')}`)
    if (fields.indexOf(field) !== at) refuse(`has ${JSON.stringify(field)} twice`)
  }
}

/** Returns the reader of the chosen fields of a request. */
export function chosenFields({
  fields,
}: AccessLogOptions): (request: FinishedRequest, status: number) => ChosenFacts {
  const chosen = fields.map((name) => [name, readers[name]] as const)
  const isOwn = fields.every((name) => ownFields.has(name))
  return (request, status) => ({
    entries: chosen.map(([name, read]) => [name, read(request, status)]),
    isOwn,
    trace: logFields(),
    socket: request.socket,
  })
}
