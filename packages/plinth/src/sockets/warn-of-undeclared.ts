import type { Exchange } from '../http/exchange.ts'
import type { CompiledRoute } from '../routing/compiled-route.ts'

/** Warns, in development, of a close code that the documentation and the client's types lack. */
export function warnOfUndeclared(
  close: number,
  { operationId, path, socket }: CompiledRoute,
  { log }: Exchange,
): void {
  if (socket !== undefined && !Object.hasOwn(socket.closes, close))
    log.warn(
      { close },
      `${operationId} (${path}) was closed with ${close}, which it does not declare: add closes: { ${close}: '…' }`,
    )
}
