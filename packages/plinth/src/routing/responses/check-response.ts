import type { Exchange } from '../../http/exchange.ts'
import type { CompiledResponse } from './compile-response.ts'
import type { CompiledRoute } from '../compiled-route.ts'
import { invalidResponse } from './invalid-response.ts'
import type { RequestRun } from '../request-run.ts'

/**
 * Returns the response that a handler has chosen by `respond()` or `reply.status`.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the route does not declare its status
 */
export function chosenResponse({ route, exchange }: RequestRun): CompiledResponse {
  const status = exchange.replied?.status
  if (status === undefined || status === route.response.status) return route.response
  return route.responses.get(status) ?? undeclared(route, status)
}

function undeclared(route: CompiledRoute, status: number): never {
  const declared = [...route.responses.keys()].join(' or ')
  throw invalidResponse(
    route,
    `responded with ${status}, and declares ${declared}: add it to response: { ${status}: … }`,
  )
}

/**
 * Compares a handler's own `Response` with what its route declares: its status and its media type.
 *
 * An error is not compared, since the general errors of a route need no declaration.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the route declares something else
 */
export function checkedResponse({ route, exchange }: RequestRun, own: Response): Response {
  const { status } = own
  const declared = route.responses.get(status)
  const isGeneral = declared === undefined && (status >= 400 || status === 304)
  if (!route.isDeclared || isGeneral) return own
  try {
    if (declared === undefined) undeclared(route, status)
    const { type } = declared
    const sent = own.headers.get('content-type') ?? ''
    const isHead = exchange.incoming.method === 'HEAD'
    if (type !== undefined && !isWithin(sent, type) && !(isHead && sent === ''))
      throw invalidResponse(
        route,
        `returned a Response of the type ${sent || 'none'}, and declares ${type}`,
      )
    return own
  } catch (error) {
    void own.body?.cancel().catch(() => undefined)
    throw error
  }
}

/** Checks whether a content type is a media type, or is within a range such as `image/*`. */
export function isWithin(contentType: string, range: string): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  const [main, sub] = range.split('/')
  return type === range || (sub === '*' && (main === '*' || type.startsWith(`${main}/`)))
}

/**
 * Checks the declared headers of a response.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: one is missing, or its schema does not allow it
 */
export function checkHeaders(
  route: CompiledRoute,
  { status, headers }: CompiledResponse,
  { reply }: Exchange,
): void {
  for (const { name, text } of headers) {
    const sent = reply.headers.findLast(([each]) => each === name)?.[1]
    const checked = text.decode(sent)
    if (checked.ok) continue
    const problem =
      sent === undefined ? 'without the header' : 'with an invalid value of the header'
    throw invalidResponse(
      route,
      `responded with ${status} ${problem} "${name}": ${checked.issues[0]?.message ?? ''}`,
    )
  }
}

/**
 * Sets the headers of `respond()`, encoded by their schemas.
 *
 * @throws {HttpError} `PLINTH_RESPONSE_INVALID`, 500: the response does not declare one, or its schema does not allow it
 */
export function setHeaders(
  run: RequestRun,
  given: Readonly<Record<string, unknown>> | undefined,
): void {
  if (given === undefined) return
  const { route, exchange } = run
  const { status, headers } = chosenResponse(run)
  for (const [name, value] of Object.entries(given)) {
    const schema = headers.find((each) => each.name === name.toLowerCase())?.value
    if (schema === undefined)
      throw invalidResponse(
        route,
        `responded with the header "${name}", which its ${status} does not declare`,
      )
    if (value === undefined) continue
    const encoded = schema.encode(value)
    if (!encoded.ok)
      throw invalidResponse(
        route,
        `responded with an invalid value of the header "${name}": ${encoded.issues[0]?.message ?? ''}`,
      )
    exchange.reply.header(name, String(encoded.value))
  }
}
