import { isPromise } from '../dependencies/generator.ts'
import { InnerRequest } from '../http/mounts/inner-request.ts'
import type { IncomingRequest } from '../http/incoming-request.ts'
import type { Respond } from '../http/internals.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { splitUrl } from '../http/read-url.ts'
import { requestIdOf } from '../http/request-id.ts'
import { RequestTrace, spanMethod } from '../http/tracing/request-trace.ts'
import { enableOtel, hasTracerProvider } from '../telemetry/enable-otel.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { knownMethod } from '../telemetry/metrics/known-method.ts'
import type { Span, SpanAttributes } from '../telemetry/span.types.ts'
import { isTracing, startRequest } from '../telemetry/tracing.ts'
import type { TelemetryOptions } from './telemetry-options.ts'

/** Puts the span of each request around an app: middleware, mounts, and requests without a route included. */
export function traced(respond: Respond, options: TelemetryOptions = {}): Respond {
  let isAsked = false
  const inSpan: Respond = (incoming) => {
    // The app around a mounted one has begun the span.
    if (!isTracing() || incoming instanceof InnerRequest) return respond(incoming)
    const span = startSpan(incoming, options)
    if (span === undefined) return respond(incoming)
    incoming.trace = new RequestTrace(span, incoming.method, options.recordPath ?? false)
    return respondIn(incoming.trace, incoming, respond)
  }
  return (incoming) => {
    if (isAsked) return inSpan(incoming)
    isAsked = true
    // Without a server, nothing calls start().
    return hasTracerProvider() ? enableOtel().then(() => inSpan(incoming)) : inSpan(incoming)
  }
}

function startSpan(incoming: IncomingRequest, options: TelemetryOptions): Span | undefined {
  const { method, target, headers } = incoming
  incoming.requestId ??= requestIdOf(incoming)
  const span = startRequest({
    name: spanMethod(method),
    requestId: incoming.requestId,
    method,
    target,
    headers,
    attributes: {
      'http.request.method': knownMethod(method).name,
      'url.path': splitUrl(target).path,
    },
    trustsCaller: options.trustIncoming ?? true,
    isExported: options.spans ?? true,
  })
  if (span?.isRecording === true) span.set(recordedAttributes(incoming))
  return span
}

const hostAndPort = /^(\[[\da-f:.]+\]|[^:]+)(?::(\d{1,5}))?$/i

/** The attributes that no sampler decides by. The query string and the user agent may hold secrets, so they are left out. */
function recordedAttributes(incoming: IncomingRequest): SpanAttributes {
  const { method, headers } = incoming
  const [, host, port] = hostAndPort.exec(headers.get('host') ?? '') ?? []
  const client = incoming.logsAddress ? incoming.address : undefined
  return {
    'url.scheme': incoming.scheme,
    ...(knownMethod(method).name === '_OTHER' && { 'http.request.method_original': method }),
    ...(host !== undefined && { 'server.address': host }),
    ...(port !== undefined && { 'server.port': Number(port) }),
    ...(client !== undefined && { 'client.address': client }),
  }
}

function respondIn(
  trace: RequestTrace,
  incoming: IncomingRequest,
  respond: Respond,
): OutgoingResponse | Promise<OutgoingResponse> {
  // The end of a span that records nothing changes nothing. With little sampling, most requests have one.
  if (!trace.span.isRecording) return trace.span.run(() => respond(incoming))
  const end = (response: OutgoingResponse): OutgoingResponse => {
    // The span of a socket ends with its connection.
    if (incoming.upgrade?.accepted === undefined) trace.end(response.status)
    return response
  }
  const fail = (error: unknown): never => {
    trace.span.end(errorTypeOf(error))
    throw error
  }
  try {
    const response = trace.span.run(() => respond(incoming))
    return isPromise(response) ? response.then(end, fail) : end(response)
  } catch (error) {
    return fail(error)
  }
}
