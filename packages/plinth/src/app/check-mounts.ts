import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { Files } from '../http/files/files.ts'
import { internals } from '../http/internals.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import type { App, Mount, MountOptions, Mounts } from './app.types.ts'

const mountOptions: OptionNames<MountOptions> = {
  handler: true,
  maxBody: true,
  deadline: true,
  securityHeaders: true,
}

/** Tells a mounted app from other mounts. */
export const isMountedApp = (mount: Mount): mount is App => internals in mount

const refuse = (prefix: string, problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `mount "${prefix}": ${problem}`)

/** The path of one segment or more, of characters that every client and proxy leaves as they are. */
const plainPath = /^(?:\/[\w.~-]+)+$/

/**
 * Checks the paths of mounts, and what is mounted there.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: a path that no request has, or one inside another
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 */
export function checkMounts(mounts: Mounts, routes: readonly NamedRoute[]): void {
  const prefixes = Object.keys(mounts)
  for (const [prefix, mount] of Object.entries(mounts)) {
    checkPrefix(prefix)
    const inside = prefixes.find((other) => other !== '/' && prefix.startsWith(`${other}/`))
    if (inside !== undefined)
      throw refuse(prefix, `lies inside the mount "${inside}": mount it inside of that handler`)
    const builtin = routes.find((route) => route.builtin && route.route.path === prefix)
    if (builtin !== undefined)
      throw refuse(
        prefix,
        'Plinth responds there itself: choose another path, or set app({ docs })',
      )
    checkMount(prefix, mount)
  }
}

function checkPrefix(prefix: string): void {
  if (prefix === '/') return
  if (prefix.length > 1 && prefix.endsWith('/'))
    throw refuse(prefix, `write it without the slash at the end: "${prefix.slice(0, -1)}"`)
  const isOrdinary = plainPath.test(prefix) && !/\/\.{1,2}(?:\/|$)/.test(prefix)
  if (!isOrdinary)
    throw refuse(
      prefix,
      'write a path of letters, digits, "-", "_", "." and "~", such as "/api/auth": a mount gets everything below it',
    )
}

function checkMount(prefix: string, mount: Mount): void {
  const given: unknown = mount
  if (typeof given === 'function') return refuseFetch(prefix, given)
  if (typeof given !== 'object' || given === null)
    throw refuse(prefix, 'pass a fetch handler, such as hono.fetch or auth.handler, or an app')
  if (isMountedApp(mount) || mount instanceof Files) return
  if (typeof (given as { fetch?: unknown }).fetch === 'function' && !('handler' in given))
    throw refuse(prefix, 'pass the fetch handler of the object: its fetch, not the object')
  checkOptions(given, mountOptions, `mount "${prefix}"`)
  const { handler, maxBody, deadline } = given as Partial<MountOptions>
  if (typeof handler !== 'function')
    throw refuse(prefix, 'the option "handler" is not a function: pass handler: hono.fetch')
  refuseFetch(prefix, handler)
  checkNumber(prefix, 'maxBody', maxBody)
  checkNumber(prefix, 'deadline', deadline)
}

function checkNumber(prefix: string, name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isFinite(value) && value >= 0))
    throw refuse(prefix, `the option "${name}" is not a number from 0 on`)
}

/** The `fetch` functions of apps, which would be served without their startup, shutdown and documentation. */
export const fetchesOfApps: WeakSet<object> = new WeakSet()

function refuseFetch(prefix: string, handler: object): void {
  if (fetchesOfApps.has(handler))
    throw refuse(
      prefix,
      'pass the app and not its fetch, so that it starts and stops with this one',
    )
}
