import { PlinthError } from '../errors/plinth-error.ts'

/** The types of the optional package `@modelcontextprotocol/server`. */
export type McpSdk = typeof import('@modelcontextprotocol/server')

let loading: Promise<McpSdk> | undefined

/**
 * Loads the package when an app with tools starts, or gets its first request.
 *
 * @throws {PlinthError} `PLINTH_MCP_UNAVAILABLE`: it is not installed
 */
export function loadSdk(): Promise<McpSdk> {
  loading ??= import('@modelcontextprotocol/server').catch((error: unknown) => {
    loading = undefined
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new PlinthError(
      'PLINTH_MCP_UNAVAILABLE',
      'Tools for agents need the package @modelcontextprotocol/server, which is not installed: npm install @modelcontextprotocol/server',
      { cause: error },
    )
  })
  return loading
}
