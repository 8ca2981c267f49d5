export { mcp } from './mcp.ts'
export type { Mcp, McpOptions } from './mcp.types.ts'
export { tool } from './tool.ts'
export type {
  FreeToolHandler,
  FreeToolOptions,
  NoToolInput,
  ReservedInTools,
  Tool,
} from './tool.types.ts'
