import type { MetricsOptions } from './metrics-options.ts'

/** The key of the object in which version 1 of OpenTelemetry's API keeps what an SDK registered. */
const registered = Symbol.for('opentelemetry.js.api.1')

/** Turns metrics on if the app has a page of them, or an SDK takes them. Otherwise it loads nothing. */
export async function enableMetrics(options: boolean | MetricsOptions | undefined): Promise<void> {
  const { metrics } =
    (globalThis as { [registered]?: { readonly metrics?: unknown } })[registered] ?? {}
  if (options === false || (options === undefined && metrics === undefined)) return
  const { startMetrics } = await import('../../telemetry/metrics/start-metrics.ts')
  const own = startMetrics()
  if (metrics === undefined || own.isProduced) return
  const { forwardToMeter } = await import('../../telemetry/metrics/otel-meter.ts')
  forwardToMeter(own)
}
