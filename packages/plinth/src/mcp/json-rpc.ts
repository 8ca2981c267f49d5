/** A JSON-RPC error response of the endpoint, before any message is handled. */
export const rpcError = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status })

/** The messages of a request, or the response that refuses them. */
export type Messages = { readonly parsed: unknown } | { readonly refused: Response }

const methodOf = (message: unknown): unknown =>
  typeof message === 'object' && message !== null
    ? (message as { readonly method?: unknown }).method
    : undefined

/**
 * Parses the body of a request, within the limit on batches.
 *
 * `subscriptions/listen` would hold a connection open to tell of changes, and the tools of an app never change.
 */
export function readMessages(text: string, maxBatch: number): Messages {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { refused: rpcError(400, -32_700, 'Parse error: the body is not JSON') }
  }
  const all: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  if (all.length > maxBatch)
    return {
      refused: rpcError(
        400,
        -32_600,
        `A batch may have ${maxBatch} messages, and it has ${all.length}`,
      ),
    }
  if (all.some((message) => methodOf(message) === 'subscriptions/listen'))
    return { refused: rpcError(404, -32_601, 'Method not found: the tools do not change') }
  return { parsed }
}
