import type { Sampler } from '@opentelemetry/sdk-trace'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Logger } from '../../logging/logger.types.ts'
import { setHeadSampling, TraceIds } from '../../telemetry/head-sampling.ts'
import { metricProducer } from '../../telemetry/metrics/metric-producer.ts'
import { produceMetrics } from '../../telemetry/metrics/start-metrics.ts'
import type { Project } from '../project.ts'
import { loadOtlpPackages, type OtlpPackages } from './otlp-packages.ts'
import { otlpSettings, type OtlpSettings, type SamplerChoice } from './otlp-settings.ts'

/** A process that sends its traces and metrics to a collector. */
export interface Otlp {
  /** Sends what is left, within a second: never throws. */
  shutdown(): Promise<void>
}

/** The start of {@link startOtlp}. */
export interface OtlpStart {
  readonly project: Project
  readonly log: Logger
  /** `true` with `--otlp`; without it, the environment decides. */
  readonly isAsked: boolean
}

/** Milliseconds for the last export, and between two log lines about exports that fail. */
const lastExport = 1000
const pause = 60_000
const registered = Symbol.for('opentelemetry.js.api.1')

/**
 * Sets up OpenTelemetry's SDK with OTLP over HTTP, from the packages of the service.
 *
 * Call it before the app starts. It does nothing if the service has registered an SDK itself.
 *
 * @returns `undefined` if nothing is sent
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`, `PLINTH_SETTINGS_INVALID`: with `isAsked`, what hinders it
 */
export async function startOtlp({ project, log, isAsked }: OtlpStart): Promise<Otlp | undefined> {
  try {
    const settings = otlpSettings(process.env, isAsked)
    if (settings === undefined) return undefined
    const global = (globalThis as { [registered]?: { trace?: unknown; metrics?: unknown } })[
      registered
    ]
    if (global?.trace === undefined && global?.metrics === undefined)
      return setUp(await loadOtlpPackages(project.root), { settings, project, log })
    if (!isAsked) return undefined
  } catch (error) {
    if (isAsked || !(error instanceof PlinthError)) throw error
    // Variables that a platform sets for every process must not keep one from starting.
    log.warn({}, `OTEL_EXPORTER_OTLP_ENDPOINT is set, and nothing is sent: ${error.message}`)
    return undefined
  }
  throw new PlinthError(
    'PLINTH_COMMAND_REFUSED',
    'The service has registered an OpenTelemetry SDK itself: remove --otlp, or the registration',
  )
}

interface SetUp {
  readonly settings: OtlpSettings
  readonly project: Project
  readonly log: Logger
}

function setUp(packages: OtlpPackages, { settings, project, log }: SetUp): Otlp {
  const { api, core, hooks, resources } = packages
  core.setGlobalErrorHandler(failureLog(log))
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ 'service.name': project.name }))
    .merge(
      resources.detectResources({
        detectors: [
          resources.serviceInstanceIdDetector,
          resources.resourceAttributesEnvDetector,
          resources.serviceNameEnvDetector,
        ],
      }),
    )
  const ends: (() => Promise<void>)[] = []
  if (settings.traces) {
    const sampler = samplerOf(packages, settings.sampler)
    const provider = new packages.trace.TracerProvider({
      resource,
      sampler,
      idGenerator: decideAtHead(packages, sampler),
      spanProcessors: [
        new packages.trace.BatchSpanProcessor({
          exporter: new packages.traceExporter.OTLPTraceExporter(),
        }),
      ],
    })
    api.trace.setGlobalTracerProvider(provider)
    api.context.setGlobalContextManager(new hooks.AsyncLocalStorageContextManager().enable())
    api.propagation.setGlobalPropagator(
      new core.CompositePropagator({
        propagators: [new core.W3CTraceContextPropagator(), new core.W3CBaggagePropagator()],
      }),
    )
    ends.push(() => provider.shutdown())
  }
  if (settings.metrics) {
    const provider = new packages.metrics.MeterProvider({
      resource,
      readers: [
        new packages.metrics.PeriodicExportingMetricReader({
          exporter: new packages.metricExporter.OTLPMetricExporter(),
          exportIntervalMillis: settings.metricInterval,
          // The app turns them on, unless it has `metrics: false`.
          metricProducers: [metricProducer(produceMetrics())],
        }),
      ],
    })
    api.metrics.setGlobalMeterProvider(provider)
    ends.push(() => provider.shutdown())
  }
  return { shutdown: () => endWithin(ends) }
}

/** Lets a request that the sampler does not take cost less than a span of the SDK. Returns the ids that this needs. */
function decideAtHead({ api, trace }: OtlpPackages, sampler: Sampler): TraceIds {
  const ids = new TraceIds()
  const taken = trace.SamplingDecision.RECORD_AND_SAMPLED
  // Each sampler that the settings can name decides by the trace id, and reads nothing else of a new trace.
  setHeadSampling({
    ids,
    samples: (id) =>
      sampler.shouldSample(api.ROOT_CONTEXT, id, '', api.SpanKind.SERVER, {}, []).decision ===
      taken,
  })
  return ids
}

function samplerOf(
  { trace }: OtlpPackages,
  { kind, ratio, isParentBased }: SamplerChoice,
): Sampler {
  const root = {
    always_on: () => new trace.AlwaysOnSampler(),
    always_off: () => new trace.AlwaysOffSampler(),
    traceidratio: () => new trace.TraceIdRatioBasedSampler(ratio),
  }[kind]()
  return isParentBased ? new trace.ParentBasedSampler({ root }) : root
}

/** Logs that exports fail, once a minute at most: a collector may be away for hours. */
function failureLog(log: Logger): (error: unknown) => void {
  let quietUntil = 0
  return (error) => {
    const now = performance.now()
    if (now < quietUntil) return
    quietUntil = now + pause
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ reason: reason.slice(0, 500) }, 'traces or metrics could not be sent')
  }
}

async function endWithin(ends: readonly (() => Promise<void>)[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, lastExport)
  await Promise.race([Promise.allSettled(ends.map((end) => end())), promise])
  clearTimeout(timer)
}
