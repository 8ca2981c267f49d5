import { HandlerContext } from '../http/exchange.ts'
import type { RequestContext } from '../http/request-context.ts'
import { router } from '../routing/router.ts'
import type { McpSetup } from './check-mcp-options.ts'
import { checkCaller, refusalOf } from './check-caller.ts'
import { readMessages } from './json-rpc.ts'
import { loadSdk } from './load-sdk.ts'
import { respondWithSdk } from './mcp-server.ts'
import type { McpHost, McpService } from './mcp.types.ts'
import { metadataPaths, resourceMetadata } from './resource-metadata.ts'
import { toolList, type ListedTool } from './tool-list.ts'
import { toolWarnings } from './tool-warnings.ts'

const hidden = { documented: false } as const

/** The endpoint of one app. It is stateless: each request has a server of its own. */
export class McpEndpoint implements McpService {
  readonly routes: Readonly<Record<string, object>>
  readonly tools: Readonly<Record<string, object>>
  readonly rootPaths: readonly string[]
  /** The start of the paths of tools that are not routes. */
  readonly inside: string
  readonly #setup: McpSetup
  readonly #host: McpHost
  #listed: readonly ListedTool[] | undefined

  constructor(setup: McpSetup, host: McpHost) {
    this.#setup = setup
    this.#host = host
    const below = `${setup.path}/tools`
    this.inside = `${below}/`
    this.rootPaths = setup.resource === undefined ? [] : metadataPaths(setup.resource)
    this.routes = { ...this.#endpoint(), ...this.#metadata() }
    this.tools = Object.fromEntries(setup.tools.map((tool) => [tool.name, tool.routeBelow(below)]))
  }

  async start(): Promise<void> {
    await loadSdk()
    for (const warning of toolWarnings(this.#list())) this.#host.log.warn({}, warning)
  }

  #list(): readonly ListedTool[] {
    return (this.#listed ??= toolList(this.#host.tools(), this.#host.errorFormat))
  }

  #endpoint(): Record<string, object> {
    const { path, maxBody, deadline } = this.#setup
    const spec = { ...hidden, deadline, ...(maxBody !== undefined && { maxBody }) }
    return { endpoint: router('').post(path, spec, (context) => this.#respond(context)) }
  }

  #metadata(): Record<string, object> {
    const { resource, scopes } = this.#setup
    if (resource === undefined) return {}
    const send = (): Response => {
      const all = [...scopes, ...this.#list().flatMap((tool) => tool.scopes)]
      const about = { title: this.#host.title, scopes: [...new Set(all)] }
      // A page may read it, as any client: it has no secret.
      const headers = { 'access-control-allow-origin': '*' }
      return Response.json(resourceMetadata(resource, about), { headers })
    }
    const paths = new Set(this.rootPaths)
    return Object.fromEntries(
      [...paths].map((path, at) => [`metadata${at}`, router('').get(path, hidden, send)]),
    )
  }

  async #respond(context: RequestContext): Promise<Response> {
    const { request, requestId, signal } = context
    const { resource, maxBatch, maxResult, instructions } = this.#setup
    const incoming = HandlerContext.incomingOf(context)
    const outer = { incoming, requestId, signal, resource: resource?.url ?? '' }
    await checkCaller(this.#setup, this.#host, outer)
    const text = await request.text()
    const messages = readMessages(text, maxBatch)
    if ('refused' in messages) return messages.refused
    let refused: Error | undefined
    const response = await respondWithSdk(
      {
        request: new Request(request.url, { ...ofRequest(request), signal, body: text }),
        ...messages,
      },
      { tools: this.#list(), instructions },
      {
        host: this.#host,
        outer,
        maxResult,
        onRefusal: (refusal) => {
          refused ??= refusalOf(refusal, this.#setup)
        },
      },
    )
    const body = await response.text()
    // The client can only sign in, or ask for more scopes, if the HTTP request itself is refused.
    if (refused !== undefined) throw refused
    const type = response.headers.get('content-type')
    const { status } = response
    return new Response(body || null, {
      status,
      ...(type !== null && { headers: { 'content-type': type } }),
    })
  }
}

const ofRequest = ({ method, headers }: Request): RequestInit => ({ method, headers })
