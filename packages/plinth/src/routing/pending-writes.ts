import { takePendingWrites } from '../database/pending-writes.ts'
import type { RequestOutcome } from '../dependencies/generator.ts'
import type { Exchange } from '../http/exchange.ts'
import type { RequestScope } from '../http/request-scope.ts'

/** A request that may have built writes. */
interface Writer {
  readonly scope: RequestScope | undefined
  readonly exchange: Exchange
}

/**
 * Turns a success into a failure if a write was built and never run. If there is an error already, logs the write.
 *
 * Otherwise a handler that forgets an `await` would respond with a success, and nothing would be stored.
 */
export function withPendingWrites(writer: Writer, outcome: RequestOutcome): RequestOutcome {
  const error = takePendingWrites(writer.scope?.request)
  if (error === undefined) return outcome
  if (!outcome.failed) return { failed: true, error }
  writer.exchange.log.error({ err: error }, 'a write was never run')
  return outcome
}
