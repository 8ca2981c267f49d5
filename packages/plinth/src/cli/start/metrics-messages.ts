import type { Gathered } from '../../telemetry/metrics/prometheus-text.ts'
import type { MetricSnapshot } from '../../telemetry/metrics/metric-snapshot.types.ts'

/** The messages by which a worker gathers the metrics of all: it asks the primary process, which asks all. */
export type MetricsMessage =
  | { readonly plinth: 'metrics:ask' }
  | { readonly plinth: 'metrics:collect'; readonly round: number }
  | {
      readonly plinth: 'metrics:own'
      readonly round: number
      readonly metrics: readonly MetricSnapshot[]
    }
  | { readonly plinth: 'metrics:all'; readonly gathered: readonly Gathered[] }

/** Checks for a message about metrics. Workers and the primary process are of one version. */
export const isMetricsMessage = (message: unknown): message is MetricsMessage =>
  String((message as { plinth?: unknown } | null)?.plinth).startsWith('metrics:')

/** Milliseconds that the workers have to send their metrics. A worker that is blocked is left out then. */
export const collectTimeout = 1000
