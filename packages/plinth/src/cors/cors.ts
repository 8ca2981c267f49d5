import { checkCorsOptions } from './check-options.ts'
import { matchesPattern } from './check-origin.ts'
import type {
  Cors,
  CorsLists,
  CorsOptions,
  HeaderRecord,
  Preflight,
  PreflightResponse,
} from './cors.types.ts'
import { compilePreflight, usualHeaders } from './preflight.ts'

export type { Cors, CorsOptions, HeaderRecord, Preflight, PreflightResponse } from './cors.types.ts'

const exposed = ['etag', 'link', 'location', 'retry-after', 'x-request-id']

/** The headers of features that an app uses, which are part of the defaults. */
export interface UsedHeaders {
  /** Headers of requests, in lower case. */
  readonly accepted: readonly string[]
  /** Headers of responses, in lower case. */
  readonly exposed: readonly string[]
}
const noHeaders: UsedHeaders = { accepted: [], exposed: [] }

/** Adds the headers of features to the default lists. A list that the app names stays as it is. */
const withUsed = (options: CorsLists, used: UsedHeaders): CorsLists => ({
  ...options,
  headers: options.headers ?? [...usualHeaders, ...used.accepted],
  exposeHeaders: options.exposeHeaders ?? [...exposed, ...used.exposed],
})

// Origins that match a pattern are cached with their headers, and an attacker may invent any number of them.
const mostRemembered = 1000

/** The compiled headers for one origin. */
interface OriginHeaders {
  readonly simple: HeaderRecord
  readonly preflight: (asked: Preflight) => PreflightResponse
}

/**
 * Compiles a CORS policy like that of Starlette's CORSMiddleware. All header strings are built at startup.
 *
 * A page of an allowed origin can read every response, including errors. A response to any other origin has no CORS
 * headers, so the browser keeps it from the page, and its preflights get a 400. `null` is never allowed.
 *
 * @param used - headers of features that the app uses, which the default lists have, too
 * @throws {PlinthError} `PLINTH_CORS_UNSAFE` at startup: `*` with credentials, `null`, an entry that no browser would
 *   send, or a wildcard over names that anyone can register
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 * @see https://fastapi.tiangolo.com/tutorial/cors/
 * @example
 * ```ts
 * import { app } from 'plinth'
 *
 * const api = app({
 *   title: 'Tasks',
 *   routes: {},
 *   cors: { origins: ['http://localhost:3000', 'https://*.example.com'], credentials: true },
 * })
 * ```
 */
export function cors(given: CorsOptions, used: UsedHeaders = noHeaders): Cors {
  const options = withUsed(checkCorsOptions(given), used)
  const isPublic = options.origins.includes('*')
  const patterns = options.origins.filter((origin) => origin !== '*' && origin.includes('*'))
  const exact = options.origins.filter((origin) => !origin.includes('*'))

  const entryOf = (allowed: string | null): OriginHeaders => {
    const base = baseHeaders(allowed, options)
    return { simple: simpleHeaders(base, options), preflight: compilePreflight(base, options) }
  }
  const known = new Map(exact.map((origin) => [origin, entryOf(origin)]))
  const remembered = new Map<string, OriginHeaders>()
  const refused = entryOf(null)
  const all = entryOf('*')

  const find = (origin: string): OriginHeaders => {
    const entry = known.get(origin) ?? remembered.get(origin)
    if (entry) return entry
    if (!patterns.some((pattern) => matchesPattern(origin, pattern))) return refused
    if (remembered.size >= mostRemembered) remembered.clear()
    const made = entryOf(origin)
    remembered.set(origin, made)
    return made
  }
  const lookUp = (origin: string | null): OriginHeaders =>
    isPublic ? all : origin === null ? refused : find(origin)

  return {
    headersFor: (origin) => lookUp(origin).simple,
    preflight: (asked) => lookUp(asked.origin).preflight(asked),
  }
}

const nothing: HeaderRecord = Object.freeze({})

/** The policy of an app without CORS: responses have no CORS headers, and preflights get a 400. */
export const noCors: Cors = {
  headersFor: () => nothing,
  preflight: () => ({
    status: 400,
    headers: nothing,
    detail: 'This API does not allow requests from other origins',
  }),
}

/** The headers that responses and preflights share; only `Vary` if no origin is allowed. */
function baseHeaders(allowed: string | null, options: CorsLists): HeaderRecord {
  if (allowed === null) return { vary: 'Origin' }
  return {
    'access-control-allow-origin': allowed,
    ...(options.credentials && { 'access-control-allow-credentials': 'true' }),
    ...(allowed !== '*' && { vary: 'Origin' }),
  }
}

function simpleHeaders(base: HeaderRecord, options: CorsLists): HeaderRecord {
  const { exposeHeaders: names = [] } = options
  return Object.freeze(
    'access-control-allow-origin' in base && names.length > 0
      ? { ...base, 'access-control-expose-headers': names.join(', ') }
      : base,
  )
}
