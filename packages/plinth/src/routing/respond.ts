import type { Exchange } from '../http/exchange.ts'
import { close, type Outcome } from '../dependencies/generator.ts'
import type { Instances } from '../dependencies/instances.ts'
import { HttpError } from '../errors/http-error.ts'
import {
  answer,
  responseWith,
  isBodiless,
  type OutgoingResponse,
  type ResponseHeaders,
} from '../http/outgoing-response.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { tagged } from './entity-tag.ts'
import { stopping, streamBody, streamTypes, watchedBody, type Ended } from '../http/stream-body.ts'
import type { Written } from './write-output.ts'

/** What an answer is made for. */
export interface ResponseContext {
  readonly endpoint: CompiledRoute
  readonly exchange: Exchange
  readonly instances: Instances
  readonly headers: ResponseHeaders
}

/** Told to the log: an error that came after the one that is the answer. */
export const lost =
  (exchange: Exchange) =>
  (error: unknown, name: string): void =>
    exchange.log.error(
      { err: error, dependency: name },
      'a dependency could not be closed; the request had failed before',
    )

/** One answer, built once, with whatever waits for its last byte. */
export function respond(respondLazily: ResponseContext, result: Written): OutgoingResponse {
  const { endpoint, exchange, instances, headers } = respondLazily
  if (result.kind === 'stream') return respondWithStream(respondLazily, result)
  const written = withTag(respondLazily, result)
  if (written.kind === 'response' || instances.openedForResponse.length > 0)
    return respondAndClose(respondLazily, written)
  const type = written.text === null ? undefined : 'application/json'
  return answer(exchange, headers, { status: endpoint.status, body: written.text, type })
}

/** With its `ETag`, where it is a row that has a version. */
function withTag<T extends Exclude<Written, { kind: 'stream' }>>(
  { endpoint: { output }, exchange }: ResponseContext,
  written: T,
): T {
  if (output.kind !== 'value' || output.version === undefined) return written
  if (written.kind !== 'text' || written.text === null) return written
  return { ...written, text: tagged(exchange, output.version, written.text.toString()) }
}

function respondWithStream(
  { endpoint, exchange, instances, headers }: ResponseContext,
  { chunks, format }: Extract<Written, { kind: 'stream' }>,
): OutgoingResponse {
  exchange.reply.header('x-accel-buffering', 'no')
  const parts = { status: endpoint.status, type: streamTypes[format] }
  if (exchange.incoming.method !== 'HEAD')
    return answer(exchange, headers, {
      ...parts,
      body: streamBody(chunks, format, {
        onEnd: closeAfter(instances),
        onStop: () => exchange.end(stopping),
        streams: exchange.host.streams,
      }),
    })
  void closeAfter(instances)({ how: 'done' })
  return answer(exchange, headers, { ...parts, body: null })
}

function respondAndClose(
  respondLazily: ResponseContext,
  written: Exclude<Written, { kind: 'stream' }>,
): Response {
  const { exchange, instances } = respondLazily
  const source = written.kind === 'response' ? written.response : responseOf(respondLazily, written)
  if (source.body === null || exchange.incoming.method === 'HEAD') {
    // No byte will be taken, so there is none to wait for.
    void closeAfter(instances)({ how: 'done' })
    return responseWith(respondLazily, source)
  }
  const body = source.body as ReadableStream<Uint8Array<ArrayBuffer>>
  return responseWith(respondLazily, source, watchedBody(body, closeAfter(instances)))
}

function responseOf(
  { endpoint, exchange }: ResponseContext,
  { text }: Extract<Written, { kind: 'text' }>,
): Response {
  const status = exchange.replied?.status ?? endpoint.status
  if (text === null || isBodiless(status)) return new Response(null, { status })
  return new Response(text.toString(), { status, headers: { 'content-type': 'application/json' } })
}

const closeAfter =
  ({ exchange, openedForResponse }: Instances) =>
  async (ended: Ended): Promise<void> => {
    const gone = new HttpError(503, 'The client went away before the answer was sent')
    const early = ended.how === 'stopped' ? stopping : gone
    const outcome: Outcome =
      ended.how === 'done'
        ? { failed: false }
        : { failed: true, error: ended.how === 'failed' ? ended.error : early }
    if (ended.how === 'cancelled') exchange.end(gone)
    const closed = await close(openedForResponse, outcome, lost(exchange))
    if (closed.failed && closed.error !== early)
      exchange.log.error(
        { err: closed.error },
        'the answer broke off, or what it used could not be closed',
      )
  }
