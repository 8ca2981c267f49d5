import type { Exchange } from '../http/exchange.ts'
import { close, type Outcome } from '../dependencies/generator.ts'
import type { Instances } from '../dependencies/instances.ts'
import { HttpError } from '../errors/http-error.ts'
import { answer, answerWith, isBodiless, type Answer, type AnswerHeaders } from '../http/answer.ts'
import type { Endpoint } from './endpoint.ts'
import { tagged } from './entity-tag.ts'
import { stopping, streamBody, streamTypes, watchedBody, type Ended } from '../http/stream-body.ts'
import type { Written } from './write-output.ts'

/** What an answer is made for. */
export interface Answering {
  readonly endpoint: Endpoint
  readonly exchange: Exchange
  readonly instances: Instances
  readonly headers: AnswerHeaders
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
export function respond(answering: Answering, result: Written): Answer {
  const { endpoint, exchange, instances, headers } = answering
  if (result.kind === 'stream') return respondWithStream(answering, result)
  const written = withTag(answering, result)
  if (written.kind === 'response' || instances.openedForResponse.length > 0)
    return respondAndClose(answering, written)
  const type = written.text === null ? undefined : 'application/json'
  return answer(exchange, headers, { status: endpoint.status, body: written.text, type })
}

/** With its `ETag`, where it is a row that has a version. */
function withTag<T extends Exclude<Written, { kind: 'stream' }>>(
  { endpoint: { output }, exchange }: Answering,
  written: T,
): T {
  if (output.kind !== 'value' || output.version === undefined) return written
  if (written.kind !== 'text' || written.text === null) return written
  return { ...written, text: tagged(exchange, output.version, written.text.toString()) }
}

function respondWithStream(
  { endpoint, exchange, instances, headers }: Answering,
  { chunks, format }: Extract<Written, { kind: 'stream' }>,
): Answer {
  exchange.reply.header('x-accel-buffering', 'no')
  const parts = { status: endpoint.status, type: streamTypes[format] }
  if (exchange.arrival.method !== 'HEAD')
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
  answering: Answering,
  written: Exclude<Written, { kind: 'stream' }>,
): Response {
  const { exchange, instances } = answering
  const source = written.kind === 'response' ? written.response : responseOf(answering, written)
  if (source.body === null || exchange.arrival.method === 'HEAD') {
    // No byte will be taken, so there is none to wait for.
    void closeAfter(instances)({ how: 'done' })
    return answerWith(answering, source)
  }
  const body = source.body as ReadableStream<Uint8Array<ArrayBuffer>>
  return answerWith(answering, source, watchedBody(body, closeAfter(instances)))
}

function responseOf(
  { endpoint, exchange }: Answering,
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
