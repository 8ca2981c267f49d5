import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Middleware } from './middleware.types.ts'

const pattern =
  /^(?:\*\.)?(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*[a-z\d](?:[a-z\d-]*[a-z\d])?$|^\[[\da-f:.]+\]$/

/**
 * Refuses requests for any other host with a 400, so that no caller makes the app write links to a foreign host.
 *
 * `*.example.com` matches the subdomains of a host, and not the host itself. Ports do not count. Health checks
 * (`/health/…`) respond whatever the host, since probes call a machine by its address.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: a host with a scheme, a port or a path, or a `*` in another place
 * @see https://fastapi.tiangolo.com/advanced/middleware/#trustedhostmiddleware
 * @example
 * ```ts
 * import { app, trustedHosts } from 'plinth'
 *
 * export const api = app({
 *   title: 'Tasks',
 *   routes: {},
 *   around: [trustedHosts('example.com', '*.example.com', 'localhost')],
 * })
 * ```
 */
export function trustedHosts(...hosts: readonly [string, ...string[]]): Middleware {
  if (hosts.length === 0)
    throw new PlinthError('PLINTH_OPTION_UNKNOWN', 'trustedHosts(): name at least one host')
  for (const host of hosts)
    if (typeof host !== 'string' || !pattern.test(host))
      throw new PlinthError(
        'PLINTH_OPTION_UNKNOWN',
        `trustedHosts(): "${host}" is not a host: write "example.com", or "*.example.com" for its subdomains, in lower case and without scheme, port and path`,
      )
  const exact = new Set(hosts.filter((host) => !host.startsWith('*')))
  const suffixes = hosts.filter((host) => host.startsWith('*')).map((host) => host.slice(1))
  return (request, next) => {
    const { hostname, pathname } = new URL(request.url)
    const isTrusted =
      exact.has(hostname) ||
      suffixes.some((suffix) => hostname.endsWith(suffix)) ||
      pathname.startsWith('/health/')
    if (isTrusted) return next()
    throw new HttpError(400, 'This server does not respond to requests for this host')
  }
}
