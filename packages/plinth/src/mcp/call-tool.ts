import { HttpError } from '../errors/http-error.ts'
import { toResponse } from '../http/outgoing-response.ts'
import { toolTarget, type ToolArguments } from './tool-arguments.ts'
import type { ListedTool } from './tool-list.ts'
import { toolRequest, type OuterRequest } from './tool-request.ts'
import type { McpHost } from './mcp.types.ts'

/** The result of a call, as the protocol has it. */
export interface ToolResult {
  [member: string]: unknown
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: true
}

/** The parts of the endpoint that a call needs. */
export interface CallSetup {
  readonly host: McpHost
  readonly outer: OuterRequest
  /** Characters. */
  readonly maxResult: number
  /** Called with a response that ends the whole request, so that the client signs in, or asks for more scopes. */
  readonly onRefusal: (response: Response) => void
}

const failed = (text: string): ToolResult => ({ isError: true, content: [{ type: 'text', text }] })

/**
 * Calls a tool: sends its request through the app, and returns what the route has sent.
 *
 * An error is the body of the route's error response as it is, which a model reads, and mends its arguments by.
 */
export async function callTool(
  tool: ListedTool,
  given: ToolArguments,
  { host, outer, maxResult, onRefusal }: CallSetup,
): Promise<ToolResult> {
  const write = (error: HttpError): ToolResult =>
    failed(host.errorFormat.write(error, outer.requestId).body)
  let request
  try {
    request = toolRequest(toolTarget(tool, given), tool.method, { outer, host })
  } catch (error) {
    if (error instanceof HttpError) return write(error)
    throw error
  }
  const response = toResponse(await host.respond(request))
  if (!response.ok) onRefusal(response)
  const text = await response.text()
  if (text.length > maxResult)
    return write(
      new HttpError(
        413,
        `The result has ${text.length} characters, more than the ${maxResult} that a tool may send. Ask for less: a smaller limit, or a narrower filter`,
      ),
    )
  return response.ok ? succeeded(tool, text) : failed(text || `HTTP ${response.status}`)
}

function succeeded(tool: ListedTool, text: string): ToolResult {
  if (text === '') return { content: [{ type: 'text', text: 'Done' }] }
  const value = JSON.parse(text) as unknown
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  const wraps = tool.outputSchema === undefined ? !isObject : tool.wraps
  return {
    content: [{ type: 'text', text }],
    structuredContent: wraps ? { result: value } : (value as Record<string, unknown>),
  }
}
