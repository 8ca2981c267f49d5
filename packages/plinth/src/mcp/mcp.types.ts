import type { Dependency } from '../dependencies/definition.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { Respond } from '../http/internals.ts'
import type { Logger } from '../logging/logger.types.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import type { DocumentedRoute } from '../openapi/openapi.types.ts'

/** Options of {@link mcp}. */
export interface McpOptions {
  /**
   * The caller, such as `currentUser`: a request without a valid credential is a 401 that says where to sign in.
   *
   * `null` lets everyone list the tools. Their routes still check their own callers.
   */
  readonly user: Dependency<unknown> | null
  /** The path of the endpoint, below the base path of the app. Default `/mcp`. */
  readonly path?: `/${string}`
  /**
   * The URL of the endpoint as clients see it, such as `https://api.example.com/mcp`: tokens name it as their audience.
   *
   * Default: that of `betterAuth({ mcp })`.
   */
  readonly resource?: string
  /**
   * The issuers that give out tokens for the resource, such as `https://app.example.com/api/auth`.
   *
   * Default: that of `betterAuth({ mcp })`. Without any, clients must be given a token.
   */
  readonly authorizationServers?: readonly string[]
  /** The scopes that clients ask for when they sign in. They ask for more when a tool needs it. Default: not named. */
  readonly scopes?: readonly string[]
  /** Modules whose exports include tools of `tool()`: `{ planning }` with `import * as planning from './planning.ts'`. */
  readonly tools?: Readonly<Record<string, object>>
  /** A text for the model about the tools as a whole, such as the order in which to call them. */
  readonly instructions?: string
  /** Bytes of a request body; more is a 413. Default: the app's `limits.body`. */
  readonly maxBody?: number
  /** Calls in one request (a JSON-RPC batch, which clients before 2025-06 may send). Default 20. */
  readonly maxBatch?: number
  /** Characters of a tool's result; a longer one is an error that asks for less. Default 1 000 000. */
  readonly maxResult?: number
  /** Milliseconds for a request with all its calls, else 503. Each route has its own timeout, too. Default 60 000. */
  readonly deadline?: number
}

/** The endpoint for agents: the result of `mcp()`, for `app({ mcp })`. */
export interface Mcp {
  /** @internal */
  readonly '~attach': (host: McpHost) => McpService
}

/** The part of an app that its endpoint uses. */
export interface McpHost {
  readonly title: string
  readonly version: string
  readonly log: Logger
  /** The public path of the app, and whether a proxy removes it. */
  readonly basePath: { readonly path: string; readonly isStripped: boolean }
  readonly errorFormat: ErrorFormat
  /** Responds to a request as to any other: middleware, base path and routes. */
  readonly respond: Respond
  /** The routes that are marked as tools. */
  tools(): readonly DocumentedRoute[]
  /** `true` if the pages of an origin may call the app (`cors`). */
  allowsOrigin(origin: string): boolean
  /**
   * Creates a dependency for a request, and closes it.
   *
   * @throws {HttpError} the caller is refused
   */
  authenticate(user: Dependency<unknown>, incoming: IncomingRequest): Promise<unknown>
}

/** An endpoint as a part of an app. */
export interface McpService {
  /** Its routes: the endpoint and its metadata. */
  readonly routes: Readonly<Record<string, object>>
  /** The tools of `tool()`, as routes that only calls reach. */
  readonly tools: Readonly<Record<string, object>>
  /** The start of the paths of these routes. */
  readonly inside: string
  /** The paths that are outside of the base path of the app. */
  readonly rootPaths: readonly string[]
  /**
   * Loads the SDK, and checks the tools.
   *
   * @throws {PlinthError} `PLINTH_MCP_INVALID`, `PLINTH_MCP_UNAVAILABLE`
   */
  start(): Promise<void>
}
