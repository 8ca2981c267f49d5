import * as api from '@opentelemetry/api'
import { OtelSpan, SilentSpan, silentKey, suppressedKey } from './otel-span.ts'
import { headSampling } from './head-sampling.ts'
import { SpanContext } from './span-context.ts'
import type { ChildStart, RequestStart, RootStart, Span, SpanKind, SpanSink } from './span.types.ts'

const kinds: Readonly<Record<SpanKind, api.SpanKind>> = {
  internal: api.SpanKind.INTERNAL,
  server: api.SpanKind.SERVER,
  client: api.SpanKind.CLIENT,
  producer: api.SpanKind.PRODUCER,
  consumer: api.SpanKind.CONSUMER,
}

const getter: api.TextMapGetter<Pick<Headers, 'get'>> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: () => [],
}

/** True in the context of a request that has a span of ours. */
const oursKey = api.createContextKey('plinth request')
/** The context of a request without a caller's trace: the same for all of them. */
const rootContext = api.ROOT_CONTEXT.setValue(oursKey, true)

/**
 * Sends spans to what is registered at the OpenTelemetry API.
 *
 * Children are made only below a span that is sampled, so an unsampled request has one span, which passes on its
 * decision. A failing SDK makes no request fail.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/
 */
export class OtelSink implements SpanSink {
  readonly #tracer: api.Tracer
  /** The headers that the propagator reads. */
  readonly #fields: readonly string[]

  constructor() {
    this.#tracer = api.trace.getTracer('plinth')
    this.#fields = api.propagation.fields()
  }

  startRequest(start: RequestStart): Span | undefined {
    const active = api.context.active()
    if (!start.isExported) return new SilentSpan(active)
    const isWithin = active.getValue(oursKey) === true
    const begun = isWithin ? undefined : adoptable(active)
    if (begun !== undefined) {
      begun.setAttributes(start.attributes)
      return new OtelSpan(begun, active.setValue(oursKey, true), { isAdopted: true })
    }
    const attributes = start.attributes
    const options = { kind: api.SpanKind.SERVER, attributes }
    if (!this.#hasCaller(start.headers))
      return isWithin
        ? this.#start(start.name, options, active)
        : this.#startTrace(start.name, options)
    const caller = api.propagation.extract(rootContext, start.headers, getter)
    const remote = api.trace.getSpanContext(caller)
    if (start.trustsCaller || remote === undefined) return this.#start(start.name, options, caller)
    const links = [{ context: remote }]
    return this.#start(start.name, { ...options, links }, api.trace.deleteSpan(caller))
  }

  startChild(start: ChildStart): Span | undefined {
    const active = api.context.active()
    const parent = api.trace.getSpan(active)
    if (parent === undefined || !isSampled(parent)) return undefined
    if (active.getValue(suppressedKey) === true || active.getValue(silentKey) === true)
      return undefined
    const attributes = start.attributes()
    return this.#start(start.name, { kind: kinds[start.kind], attributes }, active)
  }

  startRoot({ name, kind, attributes, carrier }: RootStart): Span | undefined {
    const parent =
      carrier === undefined ? rootContext : api.propagation.extract(rootContext, { ...carrier })
    const creator = api.trace.getSpanContext(parent)
    return this.#start(
      name,
      {
        kind: kinds[kind],
        attributes,
        ...(creator !== undefined && { links: [{ context: creator }] }),
      },
      parent,
    )
  }

  carrier(): Record<string, string> | undefined {
    const active = api.context.active()
    if (api.trace.getSpan(active) === undefined) return undefined
    const headers: Record<string, string> = {}
    api.propagation.inject(active, headers)
    return headers
  }

  logFields(): Readonly<Record<string, string>> | undefined {
    const span = api.trace.getActiveSpan()?.spanContext()
    if (span === undefined || !api.isSpanContextValid(span)) return undefined
    const { traceId, spanId, traceFlags } = span
    return {
      trace_id: traceId,
      span_id: spanId,
      trace_flags: traceFlags.toString(16).padStart(2, '0'),
    }
  }

  /** Starts the span of a request that begins a trace. Most of them are not sampled. */
  #startTrace(name: string, options: api.SpanOptions): Span | undefined {
    const sampling = headSampling()
    if (sampling === undefined) return this.#start(name, options, rootContext)
    const { ids } = sampling
    const traceId = ids.generateTraceId()
    if (sampling.samples(traceId)) {
      ids.assign(traceId)
      return this.#start(name, options, rootContext)
    }
    const spanId = ids.generateSpanId()
    const span = api.trace.wrapSpanContext({ traceId, spanId, traceFlags: api.TraceFlags.NONE })
    return new OtelSpan(span, new SpanContext(rootContext, span))
  }

  #start(name: string, options: api.SpanOptions, parent: api.Context): Span | undefined {
    try {
      const span = this.#tracer.startSpan(name, options, parent)
      return new OtelSpan(span, new SpanContext(parent, span))
    } catch {
      return undefined
    }
  }

  #hasCaller(headers: Pick<Headers, 'has'>): boolean {
    for (const field of this.#fields) if (headers.has(field)) return true
    return false
  }
}

/** The span that an instrumentation of the HTTP server has begun: with a second one, the request would count twice. */
function adoptable(active: api.Context): api.Span | undefined {
  const begun: (api.Span & { readonly kind?: api.SpanKind }) | undefined = api.trace.getSpan(active)
  return begun?.kind === api.SpanKind.SERVER ? begun : undefined
}

/** An ended span still has its flag, so that work after the response has spans, too. */
const isSampled = (span: api.Span): boolean =>
  span.isRecording() || (span.spanContext().traceFlags & api.TraceFlags.SAMPLED) !== 0
