import type { Exchange } from '../http/exchange.ts'
import { close, type RequestOutcome } from '../dependencies/generator.ts'
import { HttpError } from '../errors/http-error.ts'
import {
  isBodiless,
  responseFrom,
  responseWith,
  type OutgoingResponse,
} from '../http/outgoing-response.ts'
import { runInScope, type RequestScope } from '../http/request-scope.ts'
import { addEntityTag } from './entity-tag.ts'
import { stopping, streamBody, streamTypes, watchedBody, type Ended } from '../http/stream-body.ts'
import { chosenResponse } from './responses/check-response.ts'
import type { EncodedResult, TextChunks } from './responses/encoded-result.types.ts'
import type { RequestRun } from './request-run.ts'
import { withPendingWrites } from './pending-writes.ts'

/** Logs the error of a cleanup that ran after another error, which is the one that is sent. */
export const logLostError =
  (exchange: Exchange) =>
  (error: unknown, name: string): void =>
    exchange.log.error(
      { err: error, dependency: name },
      'a dependency could not be closed after its request failed',
    )

/** Builds the response of a run, once. Dependencies of scope `response` are closed after its last byte. */
export function buildResponse(run: RequestRun, result: EncodedResult): OutgoingResponse {
  const { route, exchange, instances, headers } = run
  if (result.kind === 'stream') return respondWithStream(run, result)
  const written = withTag(run, result)
  if (written.kind === 'response' || instances.openedForResponse.length > 0)
    return respondAndClose(run, written)
  const type = written.text === null ? undefined : (written.type ?? 'application/json')
  const { status } = route.response
  const response = responseFrom(exchange, headers, { status, body: written.text, type })
  takeTasks(run)
  return response
}

/** Lets the tasks of `after()` run, now that nothing can fail any more. */
const takeTasks = (run: RequestRun): void => run.app.takeTasks(run.scope, run)

/** Adds the `ETag` if the response is a row with a version. */
function withTag<T extends Exclude<EncodedResult, { kind: 'stream' }>>(
  run: RequestRun,
  written: T,
): T {
  if (written.kind !== 'text' || written.text === null) return written
  const { exchange } = run
  const { encoding: output } = chosenResponse(run)
  if (output.kind !== 'value' || output.version === undefined) return written
  return { ...written, text: addEntityTag(exchange, output.version, written.text.toString()) }
}

function respondWithStream(
  run: RequestRun,
  { chunks, format }: Extract<EncodedResult, { kind: 'stream' }>,
): OutgoingResponse {
  const { app, route, exchange, headers } = run
  exchange.reply.header('x-accel-buffering', 'no')
  const parts = { status: route.response.status, type: streamTypes[format] }
  if (exchange.incoming.method !== 'HEAD')
    return responseFrom(exchange, headers, {
      ...parts,
      body: streamBody(inScope(chunks, run.scope), format, {
        onEnd: closeAfter(run),
        onStop: () => exchange.end(stopping),
        streams: app.streams,
      }),
    })
  void closeAfter(run)({ how: 'done' })
  return responseFrom(exchange, headers, { ...parts, body: null })
}

function respondAndClose(
  run: RequestRun,
  written: Exclude<EncodedResult, { kind: 'stream' }>,
): Response {
  const { exchange } = run
  const source = written.kind === 'response' ? written.response : responseOf(run, written)
  if (source.body === null || exchange.incoming.method === 'HEAD') {
    // There are no bytes to wait for.
    void closeAfter(run)({ how: 'done' })
    return responseWith(run, source)
  }
  const body = source.body as ReadableStream<Uint8Array<ArrayBuffer>>
  return responseWith(run, source, watchedBody(body, closeAfter(run)))
}

function responseOf(
  { route, exchange }: RequestRun,
  { text, type = 'application/json' }: Extract<EncodedResult, { kind: 'text' }>,
): Response {
  const status = exchange.replied?.status ?? route.response.status
  if (text === null || isBodiless(status)) return new Response(null, { status })
  return new Response(text.toString(), { status, headers: { 'content-type': type } })
}

const closeAfter =
  (run: RequestRun) =>
  (ended: Ended): Promise<void> =>
    runInScope(run.scope, () => closeForResponse(run, ended))

async function closeForResponse(run: RequestRun, ended: Ended): Promise<void> {
  const { exchange, instances } = run
  const gone = new HttpError(503, 'The client disconnected before the response was sent')
  const early = ended.how === 'stopped' ? stopping : gone
  const outcome: RequestOutcome =
    ended.how === 'done'
      ? { failed: false }
      : { failed: true, error: ended.how === 'failed' ? ended.error : early }
  if (ended.how === 'cancelled') exchange.end(gone)
  const closed = withPendingWrites(
    run,
    await close(instances.openedForResponse, outcome, logLostError(exchange)),
  )
  // A client that leaves, or a stream that the server ends, is not an error of the request.
  if (!closed.failed || closed.error === early) return takeTasks(run)
  exchange.log.error(
    { err: closed.error },
    'the response broke off, or one of its dependencies could not be closed',
  )
  run.app.reportLater('stream', run, closed.error)
}

/** The chunks of a stream, each created in the scope of its request, whoever reads them. */
const inScope = (chunks: TextChunks, scope: RequestScope | undefined): TextChunks => ({
  next: () => runInScope(scope, () => chunks.next()),
  return: (value) => runInScope(scope, () => chunks.return(value)),
})
