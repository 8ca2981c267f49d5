import { callTool, type CallSetup } from './call-tool.ts'
import { loadSdk, type McpSdk } from './load-sdk.ts'
import type { ListedTool } from './tool-list.ts'

/** The tools of an app, as its servers list them. */
export interface ToolSet {
  readonly tools: readonly ListedTool[]
  readonly instructions: string | undefined
}

/** A request with its messages, which are parsed already. */
interface ParsedRequest {
  readonly request: Request
  readonly parsed: unknown
}

/** Tools do not change while an app runs, and each caller sees the same ones. */
const listCache = { ttlMs: 60_000, cacheScope: 'private' } as const

/** Responds to a request of any revision of the protocol, with a server of its own. */
export async function respondWithSdk(
  { request, parsed }: ParsedRequest,
  set: ToolSet,
  call: CallSetup,
): Promise<Response> {
  const sdk = await loadSdk()
  const onerror = (err: Error): void => call.host.log.debug({ err }, 'a message was refused')
  const handler = sdk.createMcpHandler(() => serverOf(sdk, set, call), { onerror, keepAliveMs: 0 })
  return await handler.fetch(request, { parsedBody: parsed })
}

function serverOf(
  { Server, ProtocolError, ProtocolErrorCode }: McpSdk,
  { tools, instructions }: ToolSet,
  call: CallSetup,
): InstanceType<McpSdk['Server']> {
  const { title: name, version } = call.host
  const server = new Server(
    { name, version },
    {
      capabilities: { tools: {} },
      cacheHints: { 'tools/list': listCache },
      ...(instructions !== undefined && { instructions }),
    },
  )
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(asListed) }))
  server.setRequestHandler('tools/call', async ({ params }) => {
    const tool = tools.find((each) => each.name === params.name)
    if (tool === undefined)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name}`)
    return await callTool(tool, params.arguments ?? {}, call)
  })
  return server
}

/** The part of a tool that clients see. */
const asListed = ({
  name,
  title,
  description,
  inputSchema,
  outputSchema,
  annotations,
}: ListedTool) => ({
  name,
  title,
  description,
  inputSchema,
  ...(outputSchema && { outputSchema }),
  annotations: { ...annotations },
})
