import { McpEndpoint } from './mcp-endpoint.ts'
import { checkMcpOptions } from './check-mcp-options.ts'
import type { Mcp, McpOptions } from './mcp.types.ts'

/**
 * Serves the routes that are marked as tools to agents, over the Model Context Protocol (MCP), at `/mcp`.
 *
 * A route becomes a tool by `tool: { description }`; no route is one by default. A call goes through the whole app as a
 * request of the caller does, with the caller's own credential: validation, scopes, owner rules and rate limits hold.
 * It needs the package `@modelcontextprotocol/server`, which is loaded when the app starts.
 *
 * @throws {PlinthError} `PLINTH_MCP_INVALID`: an option is missing or has no effect
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @see https://modelcontextprotocol.io/specification/2025-11-25
 * @example
 * ```ts
 * import { app, betterAuth, router } from 'plinth'
 * import { mcp } from 'plinth/mcp'
 * import * as z from 'zod'
 *
 * const url = 'http://localhost:3000'
 * const user = betterAuth({ url, mcp: 'http://localhost:8000/mcp' })
 * const clock = router('/api/time', { dependencies: { user } })
 * const now = clock.get(
 *   '/',
 *   {
 *     response: z.object({ time: z.date() }),
 *     tool: { description: 'Tells the time. Use it before you compute a date.' },
 *   },
 *   () => ({ time: new Date() }),
 * )
 *
 * export const api = app({ title: 'Clock', routes: { clock: { now } }, mcp: mcp({ user }) })
 * ```
 */
export function mcp(options: McpOptions): Mcp {
  const checked = checkMcpOptions(options)
  return { '~attach': (host) => new McpEndpoint(checked, host) }
}
