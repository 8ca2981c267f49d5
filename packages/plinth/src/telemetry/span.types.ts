/** The role of a span, as OpenTelemetry names it. */
export type SpanKind = 'server' | 'internal' | 'client' | 'producer' | 'consumer'

export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Headers that a trace arrives with, or that are stored beside a job. */
export type TraceCarrier = Readonly<Record<string, string>>

/**
 * A traced operation. `undefined` everywhere means "not traced": no object, no closure.
 *
 * A span that never ends is dropped: that is how a dependency that returned at once leaves no span.
 */
export interface Span {
  /** True if attributes are worth computing. */
  readonly isRecording: boolean
  set(attributes: SpanAttributes): void
  rename(name: string): void
  /** Runs work with this span as the active one, so that children find it. It may be called after the end, too. */
  run<T>(work: () => T): T
  /** Like `run`, for a call whose driver may be instrumented itself: no foreign spans below this one. */
  runAlone<T>(work: () => T): T
  /** Ends it. An error type sets `error.type` and the status: never a message, which may hold a value. */
  end(errorType?: string): void
}

/** The start of a request's span. */
export interface RequestStart {
  /** The method; the route joins it with {@link Span.rename}. */
  readonly name: string
  /** The id that the log lines of the request have. */
  readonly requestId: string
  readonly method: string
  /** Path and query string as sent. For sinks within this process: never export it. */
  readonly target: string
  readonly headers: Pick<Headers, 'get' | 'has'>
  /** Known before the route is, so that a sampler may decide by them. */
  readonly attributes: SpanAttributes
  /** `false` if the caller's `traceparent` is a link, and not the parent. */
  readonly trustsCaller: boolean
  /** `false` if the app wants no spans exported. The development page shows it all the same. */
  readonly isExported: boolean
}

/** The start of a span below the active one. */
export interface ChildStart {
  readonly kind: SpanKind
  /** Read only if the span is recorded. */
  readonly name: string
  /** Called only if the span is recorded. */
  readonly attributes: () => SpanAttributes
  /** The text of a statement as sent, literals included. For sinks within this process: never export it. */
  readonly sql?: string | undefined
  /** The values of a statement, as the driver gets them. For sinks within this process: never export them. */
  readonly values?: readonly unknown[] | undefined
}

/** The start of a span that begins outside of a request: a job, a schedule. */
export interface RootStart {
  readonly kind: SpanKind
  readonly name: string
  readonly attributes: SpanAttributes
  /** The {@link SpanSink.carrier} of what created the work: its span becomes the parent, and a link. */
  readonly carrier: TraceCarrier | undefined
}

/** Takes spans: OpenTelemetry, the recorder of the development page, or both. */
export interface SpanSink {
  startRequest(start: RequestStart): Span | undefined
  startChild(start: ChildStart): Span | undefined
  startRoot(start: RootStart): Span | undefined
  /** `traceparent` and the like of the active span, to store beside a job and to send with a request. */
  carrier(): TraceCarrier | undefined
  /** `trace_id`, `span_id` and `trace_flags` of the active span. */
  logFields(): Readonly<Record<string, string>> | undefined
}
