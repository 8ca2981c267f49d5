import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { HttpError } from '../errors/http-error.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { stackless } from '../errors/stackless.ts'
import { Exchange } from '../http/exchange.ts'
import type { Respond } from '../http/internals.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import { InnerRequest } from '../http/mounts/inner-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { splitUrl } from '../http/read-url.ts'
import { requestIdOf } from '../http/request-id.ts'
import type { AppState } from '../routing/app-state.ts'
import { problemOf } from '../routing/problem-of.ts'
import type { BasePathOptions } from './app.types.ts'

/** The public path in front of an app, and whether requests arrive with it. */
export interface BasePath {
  /** For example `/api/v1`; empty without one. */
  readonly path: string
  /** `true` if a proxy has removed it from the requests. */
  readonly isStripped: boolean
}

const basePathOptions: OptionNames<BasePathOptions> = { path: true, stripped: true }
const plainPath = /^(?:\/[\w.~-]+)+$/

/**
 * Reads the option `basePath`.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: it is not a path that every proxy leaves as it is
 */
export function basePathOf(given: string | BasePathOptions | undefined): BasePath {
  if (given === undefined) return { path: '', isStripped: false }
  if (typeof given !== 'string') checkOptions(given, basePathOptions, 'app(): basePath')
  const { path, stripped = false } = typeof given === 'string' ? { path: given } : given
  const isOrdinary = plainPath.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path)
  if (!isOrdinary)
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      `app(): basePath ${JSON.stringify(path)}: write a path without a slash at its end, such as "/api/v1"`,
    )
  return { path, isStripped: stripped }
}

/** Returns a request target without its start; `undefined` if it begins with another path. */
export function withoutPrefix(target: string, prefix: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined
  const rest = target.slice(prefix.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : undefined
}

/**
 * Removes the base path from requests, or tells the app about the one that a proxy has removed.
 *
 * A path outside of it is a 404, except health checks, since probes call the process itself, and the paths of `rootPaths`,
 * which have a fixed place at an origin.
 */
export function belowBasePath(
  inside: Respond,
  { path, isStripped, rootPaths }: BasePath & { readonly rootPaths: readonly string[] },
  app: AppState,
): Respond {
  if (isStripped) return (incoming) => inside(new InnerRequest(incoming, { stripped: path }))
  return (incoming) => {
    const { path: sent } = splitUrl(incoming.target)
    if (sent === path || sent.startsWith(`${path}/`))
      return inside(new InnerRequest(incoming, { prefix: path }))
    if (sent.startsWith('/health/') || rootPaths.includes(sent)) return inside(incoming)
    return respondNotFound(incoming, app)
  }
}

/** Responds with the 404 of a path that no route has. */
export function respondNotFound(incoming: IncomingRequest, app: AppState): OutgoingResponse {
  const exchange = new Exchange(incoming, requestIdOf(incoming), app.setup.log)
  const headers = app.setup.headersFor(incoming.headers.get('origin'))
  const response = problemOf(notBelow(), { app, exchange, headers })
  app.onResponse({ exchange }, response.status)
  return response
}

const notBelow = (): HttpError =>
  stackless(
    () =>
      new HttpError(404, 'There is no route with this path', { code: 'PLINTH_ROUTE_NOT_FOUND' }),
  )
