import type {
  AggregationTemporality,
  CollectionResult,
  DataPoint,
  DataPointType,
  MetricData,
  MetricProducer,
} from '@opentelemetry/sdk-metrics'
import type { MetricSnapshot } from './metric-snapshot.types.ts'
import type { ProcessMetrics } from './process-metrics.ts'

// The SDK's enums, which are numbers. Their values are part of its public API, and this file must not load it.
const cumulative = 1 as AggregationTemporality.CUMULATIVE
const histogramPoints = 0 as DataPointType.HISTOGRAM
const gaugePoints = 2 as DataPointType.GAUGE
const sumPoints = 3 as DataPointType.SUM
const double = 1

type HrTime = [seconds: number, nanoseconds: number]
const hrTime = (milliseconds: number): HrTime => [
  Math.floor(milliseconds / 1000),
  Math.round((milliseconds % 1000) * 1e6),
]

/**
 * Hands metrics over to a reader of OpenTelemetry's SDK as they are: recording one costs nothing more.
 *
 * @param read - the metrics; `undefined` while they are off
 */
export function metricProducer(read: () => ProcessMetrics | undefined): MetricProducer {
  return {
    collect(): Promise<CollectionResult> {
      const own = read()
      const span = { startTime: hrTime(own?.startedAt ?? 0), endTime: hrTime(Date.now()) }
      const metrics = own?.collect().map((metric) => dataOf(metric, span)) ?? []
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope: { name: 'plinth' }, metrics }]
      return Promise.resolve({ errors: [], resourceMetrics: { resource: ignored, scopeMetrics } })
    },
  }
}

/** The SDK takes its own resource, and ignores that of a producer. */
const ignored = undefined as unknown as CollectionResult['resourceMetrics']['resource']

function dataOf(
  metric: MetricSnapshot,
  span: Pick<DataPoint<unknown>, 'startTime' | 'endTime'>,
): MetricData {
  const { name, description, unit, kind, boundaries } = metric
  const common = {
    descriptor: { name, description, unit, valueType: double },
    aggregationTemporality: cumulative,
  }
  if (kind === 'histogram')
    return {
      ...common,
      dataPointType: histogramPoints,
      dataPoints: metric.histograms.map(({ attributes, counts, sum, count }) => ({
        ...span,
        attributes,
        value: { buckets: { boundaries: [...boundaries], counts: [...counts] }, sum, count },
      })),
    }
  const dataPoints = metric.numbers.map(({ attributes, value }) => ({ ...span, attributes, value }))
  if (kind === 'gauge') return { ...common, dataPointType: gaugePoints, dataPoints }
  return { ...common, dataPointType: sumPoints, isMonotonic: kind === 'counter', dataPoints }
}
