import { PlinthError } from '../errors/plinth-error.ts'
import { Files } from '../http/files/files.ts'
import { frontendOf } from '../http/files/frontend.ts'
import { internals, type Respond } from '../http/internals.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { Limits } from '../http/limits.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { InnerRequest } from '../http/mounts/inner-request.ts'
import { splitUrl } from '../http/read-url.ts'
import type { MountedHandler } from '../routing/mounted-handler.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import { RouteTable, type TrailingSlash } from '../routing/route-table.ts'
import type { AnyAppOptions, App, Mount, MountOptions, Mounts } from './app.types.ts'
import type { ReadinessChecks } from './readiness.ts'
import { withoutPrefix } from './base-path.ts'
import { checkMounts, isMountedApp } from './check-mounts.ts'

/** The arguments of {@link Mounted}. */
interface MountedOptions {
  readonly mounts: Mounts
  /** The app's own routes, built-in ones included. */
  readonly routes: readonly NamedRoute[]
  readonly trailingSlash: TrailingSlash
  readonly limits: Limits
  /** Responds with a fetch handler. */
  readonly callHandler: (
    incoming: IncomingRequest,
    mount: MountedHandler,
  ) => OutgoingResponse | Promise<OutgoingResponse>
}

interface Entry {
  readonly prefix: string
  /** The app's own routes below the prefix, which win; `undefined` without any. */
  readonly routes: RouteTable<{ readonly method: string; readonly path: string }> | undefined
  readonly respond: Respond
  /** Bytes. */
  readonly maxBody: number
  /** The mounted app, if it is one. */
  readonly app?: App
}

/** The mounts of an app: finds the mount of a request, and starts and stops mounted apps with the app. */
export class Mounted {
  /** Each mounted app once, in the order of the mounts. */
  readonly apps: readonly App[]
  readonly #entries: readonly Entry[]

  /** @throws {PlinthError} `PLINTH_ROUTE_INVALID`, `PLINTH_OPTION_UNKNOWN`: see {@link checkMounts} */
  constructor(options: MountedOptions) {
    checkMounts(options.mounts, options.routes)
    const mounts = Object.entries(options.mounts)
    this.apps = [...new Set(mounts.map(([, mount]) => mount).filter(isMountedApp))]
    this.#entries = mounts
      .map(([path, mount]) => entryOf(path === '/' ? '' : path, mount, options))
      // The mount of the whole app comes last.
      .toSorted((a, b) => b.prefix.length - a.prefix.length)
  }

  /** Responds to a request below a mount, unless one of the app's own routes has its path. */
  respond(incoming: IncomingRequest): ReturnType<Respond> | undefined {
    const { path } = splitUrl(incoming.target)
    const entry = this.#entries.find(({ prefix }) => isBelow(path, prefix))
    if (entry === undefined) return undefined
    const isRoute = entry.routes?.find(incoming.method, path).kind ?? 'unknown'
    return isRoute === 'unknown' ? entry.respond(incoming) : undefined
  }

  /** The readiness checks of mounted apps, by mount and name. */
  get ready(): ReadinessChecks {
    const checks = this.#entries.flatMap(({ prefix, app }) =>
      Object.entries(app?.[internals].ready ?? {}).map(
        ([name, check]) => [`${prefix || '/'} ${name}`, check] as const,
      ),
    )
    return Object.fromEntries(checks)
  }

  /** The body limits of mounted handlers and apps, in bytes. */
  get bodyLimits(): readonly number[] {
    return this.#entries.map(({ maxBody }) => maxBody)
  }

  /** `true` if a mounted app has sockets. */
  get hasSockets(): boolean {
    return this.apps.some((app) => app[internals].hasSocket !== undefined)
  }

  /** Tests whether a request target is the path of a mounted app's socket. */
  hasSocket(target: string): boolean {
    const { path } = splitUrl(target)
    const entry = this.#entries.find(({ prefix }) => isBelow(path, prefix))
    const inside = entry && withoutPrefix(target, entry.prefix)
    return inside !== undefined && entry?.app?.[internals].hasSocket?.(inside) === true
  }

  async start(): Promise<void> {
    for (const mounted of this.apps) await mounted.start()
  }
  drain(): void {
    for (const mounted of this.apps) mounted.drain()
  }
  endStreams(): void {
    for (const mounted of this.apps) mounted.endStreams()
  }
  /** Stops all, even if one of them fails; the last one first. */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (const mounted of this.apps.toReversed())
      await mounted.stop().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
}

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')

function entryOf(prefix: string, mount: Mount, options: MountedOptions): Entry {
  const inside = options.routes
    .map(({ route }) => ({ method: route.method.toUpperCase(), path: route.path }))
    .filter(({ path }) => isBelow(path, prefix))
  const routes = inside.length === 0 ? undefined : new RouteTable(inside, options.trailingSlash)
  if (isMountedApp(mount)) {
    const inner = mount[internals]
    const below: Respond = (incoming) => inner.respond(new InnerRequest(incoming, { prefix }))
    return { prefix, routes, respond: below, maxBody: inner.limits.body, app: mount }
  }
  const { body, deadline } = options.limits
  const defaults = { prefix, maxBody: body, deadline, securityHeaders: true }
  const handler: MountedHandler = { ...defaults, ...handlerOf(mount, prefix) }
  const { maxBody } = handler
  return { prefix, routes, maxBody, respond: (incoming) => options.callHandler(incoming, handler) }
}

/** Returns the handler of a mount, and its own limits. Only files learn which part of the path is theirs. */
function handlerOf(
  mount: Exclude<Mount, App>,
  prefix: string,
): Pick<MountedHandler, 'respond'> & Omit<MountOptions, 'handler'> {
  if (mount instanceof Files)
    return {
      respond: (request, { target }) =>
        mount.respond(request, splitUrl(target).path.slice(prefix.length)),
    }
  const { handler, ...own } = typeof mount === 'function' ? { handler: mount } : mount
  return { ...own, respond: (request) => handler(request) }
}

/** Returns the mounts of an app, and its frontend, which is below everything else; `undefined` without any. */
export function allMounts({
  mount,
  frontend,
}: Pick<AnyAppOptions, 'mount' | 'frontend'>): Mounts | undefined {
  if (frontend === undefined) return mount
  if (mount !== undefined && '/' in mount)
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      'app(): both the frontend and the mount "/" take every path that is left: remove one of them',
    )
  return { ...mount, '/': frontendOf(frontend) }
}

/** Copies the apps among the mounts. */
export const forkMounts = (mounts: Mounts): Mounts =>
  Object.fromEntries(
    Object.entries(mounts).map(([path, mount]) => [
      path,
      isMountedApp(mount) ? mount[internals].fork() : mount,
    ]),
  )
