import type { Method } from '../routing/client-route.types.ts'
import type { NamedRoute } from '../routing/route-definition.ts'
import { defaultToolName, type ToolAnnotations } from '../routing/tools/tool-options.ts'
import { summaryOf } from './summary-of.ts'

/** A tool for agents in the document, as the extension `x-mcp-tool` of its operation. */
export interface OpenApiTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly annotations: Required<ToolAnnotations>
}

const changing: ReadonlySet<Method> = new Set<Method>(['delete', 'put', 'patch'])

/** Returns the tool that a route is marked as; `undefined` if it is not marked. */
export function documentedTool(named: NamedRoute): OpenApiTool | undefined {
  const { spec, method } = named.route
  if (spec.tool === undefined) return undefined
  const { name, title, description, annotations } = spec.tool
  return {
    name: name ?? defaultToolName(named.operationId),
    title: title ?? spec.summary ?? summaryOf(named),
    description,
    annotations: {
      readOnlyHint: method === 'get',
      destructiveHint: changing.has(method),
      idempotentHint: method !== 'post',
      openWorldHint: false,
      ...annotations,
    },
  }
}
