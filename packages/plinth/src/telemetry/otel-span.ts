import * as api from '@opentelemetry/api'
import type { Span, SpanAttributes } from './span.types.ts'

/** The context key that `suppressTracing()` of the SDK sets, by which instrumentations make no spans. */
export const suppressedKey: symbol = api.createContextKey(
  'OpenTelemetry SDK Context Key SUPPRESS_TRACING',
)
/** Set in the requests of an app that wants no spans. */
export const silentKey: symbol = api.createContextKey('plinth silent')

interface OtelSpanOptions {
  /** `true` for a span that an instrumentation began, and ends. */
  readonly isAdopted?: boolean
}

/** A span of OpenTelemetry with the context that its children find it in. */
export class OtelSpan implements Span {
  readonly #span: api.Span
  readonly #context: api.Context
  readonly #isAdopted: boolean

  constructor(span: api.Span, context: api.Context, { isAdopted = false }: OtelSpanOptions = {}) {
    this.#span = span
    this.#context = context
    this.#isAdopted = isAdopted
  }
  get isRecording(): boolean {
    return this.#span.isRecording()
  }
  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes)
  }
  rename(name: string): void {
    this.#span.updateName(name)
  }
  run<T>(work: () => T): T {
    return api.context.with(this.#context, work)
  }
  runAlone<T>(work: () => T): T {
    return api.context.with(this.#context.setValue(suppressedKey, true), work)
  }
  end(errorType?: string): void {
    try {
      if (errorType !== undefined) {
        this.#span.setAttribute('error.type', errorType)
        this.#span.setStatus({ code: api.SpanStatusCode.ERROR })
      }
      if (!this.#isAdopted) this.#span.end()
    } catch {
      // A span processor failed, which is not the request's fault.
    }
  }
}

/** Stands for a request that gets no span: below it, no others are made. */
export class SilentSpan implements Span {
  readonly isRecording = false
  readonly #context: api.Context

  constructor(context: api.Context) {
    this.#context = context.setValue(silentKey, true)
  }
  set(): void {}
  rename(): void {}
  run<T>(work: () => T): T {
    return api.context.with(this.#context, work)
  }
  runAlone<T>(work: () => T): T {
    return this.run(work)
  }
  end(): void {}
}
