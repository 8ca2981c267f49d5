import { combinedSink } from './combined-sink.ts'
import type {
  ChildStart,
  RequestStart,
  RootStart,
  Span,
  SpanSink,
  TraceCarrier,
} from './span.types.ts'

let sinks: readonly SpanSink[] = []
/** All sinks as one; `undefined` while nothing takes spans, which is all that untraced code looks at. */
let sink: SpanSink | undefined

/** Adds a sink to the process. Returns a function that removes it. */
export function addSpanSink(added: SpanSink): () => void {
  use([...sinks, added])
  return () => use(sinks.filter((each) => each !== added))
}

function use(next: readonly SpanSink[]): void {
  sinks = next
  const [first, ...others] = next
  sink = first && others.reduce(combinedSink, first)
}

/** True if anything takes spans. Ask before you build the arguments of the functions below. */
export const isTracing = (): boolean => sink !== undefined

/** Starts the span of a request; its parent is the caller's, if the headers name one. */
export const startRequest = (start: RequestStart): Span | undefined => sink?.startRequest(start)

/** Starts a span below the active one. `undefined` if that one is not recorded, so that it costs nothing. */
export const startChild = (start: ChildStart): Span | undefined => sink?.startChild(start)

/** Starts the span of work that has no request. */
export const startRoot = (start: RootStart): Span | undefined => sink?.startRoot(start)

/** The trace context of the active span, as headers (W3C Trace Context). */
export const carrier = (): TraceCarrier | undefined => sink?.carrier()

/** The ids of the active span, for log lines. */
export const logFields = (): Readonly<Record<string, string>> | undefined => sink?.logFields()
