import type { ListedTool } from './tool-list.ts'

/** Models choose worse among more tools than this. */
const manyTools = 20
/** Usual names of the argument that limits the length of a list. */
const limitNames: ReadonlySet<string> = new Set(['limit', 'first', 'take', 'top', 'count', 'size'])

/** Describes what works badly for a model, for the log at startup. */
export function toolWarnings(tools: readonly ListedTool[]): string[] {
  const many =
    tools.length > manyTools
      ? [
          `mcp(): ${tools.length} tools are many: models choose worse from about ${manyTools} on. Mark the routes that agents need, and join steps with tool()`,
        ]
      : []
  return [
    ...many,
    ...tools
      .filter(isUnlimitedList)
      .map(
        ({ name }) =>
          `mcp(): the tool "${name}" returns a list of any length, which fills the context of a model: add a limit, such as with listing()`,
      ),
  ]
}

function isUnlimitedList({ outputSchema, wraps, inputSchema }: ListedTool): boolean {
  if (!wraps) return false
  const { result } = outputSchema!['properties'] as { readonly result: Record<string, unknown> }
  if (result['type'] !== 'array' || typeof result['maxItems'] === 'number') return false
  const names = Object.keys(inputSchema['properties'] as object)
  return !names.some(
    (name) => limitNames.has(name) || /(?:^|_|per_?)(?:limit|size|page)$/i.test(name),
  )
}
