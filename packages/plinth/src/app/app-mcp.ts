import { PlinthError } from '../errors/plinth-error.ts'
import type { Respond } from '../http/internals.ts'
import { splitUrl } from '../http/read-url.ts'
import { runIsolated } from '../http/request-scope.ts'
import type { McpHost, McpService } from '../mcp/mcp.types.ts'
import { definitionOf } from '../dependencies/dependency.ts'
import type { AppState } from '../routing/app-state.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import type { AnyAppOptions } from './app.types.ts'
import { respondNotFound } from './base-path.ts'
import { withPlan } from './collect-routes.ts'
import { runOutside } from './run-outside.ts'

/** The parts of an app that its endpoint for agents uses, once the app is built. */
interface Self extends Pick<McpHost, 'log' | 'basePath' | 'errorFormat' | 'respond'> {
  readonly state: AppState
}

/**
 * Creates the endpoint for agents of an app; `undefined` without one.
 *
 * @throws {PlinthError} `PLINTH_MCP_INVALID`: the option is not a result of `mcp()`
 */
export function appMcp(options: AnyAppOptions, self: () => Self): McpService | undefined {
  const { mcp, title, version = '0.0.0' } = options
  if (mcp === undefined) return undefined
  if (typeof (mcp as Partial<typeof mcp> | null)?.['~attach'] !== 'function')
    throw new PlinthError(
      'PLINTH_MCP_INVALID',
      'app(): mcp is not an endpoint: pass mcp: mcp({ user }) with mcp from plinth/mcp',
    )
  return mcp['~attach']({
    title,
    version,
    get log() {
      return self().log
    },
    get basePath() {
      return self().basePath
    },
    get errorFormat() {
      return self().errorFormat
    },
    respond: (incoming) => self().respond(incoming),
    tools: () => self().state.setup.routes.filter(isTool).map(withPlan),
    allowsOrigin: (origin) =>
      'access-control-allow-origin' in self().state.setup.headersFor(origin),
    authenticate: (user, incoming) => {
      const outside = { app: self().state, use: (caller: unknown) => caller, incoming }
      const asked = definitionOf(user, 'mcp(): user')
      return runIsolated(() => runOutside(asked, outside), incoming.requestId)
    },
  })
}

const isTool = ({ route }: NamedRoute): boolean => route.spec.tool !== undefined

/**
 * Starts the endpoint of an app, or warns about tools of an app without one.
 *
 * They are not refused: two apps may share a module, and only one of them serves agents.
 *
 * @throws {PlinthError} `PLINTH_MCP_INVALID`, `PLINTH_MCP_UNAVAILABLE`
 */
export async function startMcp(mcp: McpService | undefined, { setup }: AppState): Promise<void> {
  if (mcp !== undefined) return await mcp.start()
  const stray = setup.routes.filter(isTool).map(({ operationId }) => operationId)
  if (stray.length > 0)
    setup.log.warn(
      {},
      `${stray.join(', ')}: marked as a tool, and the app has no endpoint for agents. Add mcp: mcp({ user: currentUser }) of plinth/mcp to app(), or remove tool`,
    )
}

/** Hides the routes of tools from every request except calls of the endpoint. */
export function hideTools(respond: Respond, { inside }: McpService, app: AppState): Respond {
  return (incoming) =>
    incoming.resource === undefined && splitUrl(incoming.target).path.startsWith(inside)
      ? respondNotFound(incoming, app)
      : respond(incoming)
}
