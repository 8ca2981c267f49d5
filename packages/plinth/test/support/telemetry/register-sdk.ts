import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** How the SDK of a test is set up. */
export interface SdkOptions {
  /** The URL of the collector. */
  readonly url: string
  /** The part of the new traces that is sampled. Default 1. */
  readonly ratio?: number
  readonly root?: Sampler
}

/** Waits in `forceFlush()` for an export that its timer began, too. The SDK's own one does not. */
class CompleteProcessor extends BatchSpanProcessor {
  readonly #exporter: OTLPTraceExporter

  constructor(exporter: OTLPTraceExporter) {
    super({ exporter, scheduledDelayMillis: 100 })
    this.#exporter = exporter
  }

  override async forceFlush(): Promise<void> {
    await super.forceFlush()
    await this.#exporter.forceFlush()
  }
}

/** Registers the SDK of OpenTelemetry in this process, as a service does before it starts. */
export function registerSdk({ url, ratio = 1, root }: SdkOptions): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` })
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: root ?? new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new CompleteProcessor(exporter)],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return provider
}
