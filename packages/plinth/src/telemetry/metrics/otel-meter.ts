import { metrics, type Histogram, type Meter, type ObservableResult } from '@opentelemetry/api'
import { metricDefinitions, type MetricDefinition, type MetricName } from './metric-definitions.ts'
import type { ProcessMetrics } from './process-metrics.ts'

const forwarded = new WeakSet<ProcessMetrics>()

/**
 * Sends metrics to the meter provider that the app registered at OpenTelemetry's API, once.
 *
 * Durations go to its histograms one by one, which is what such a provider accepts. `plinth start --otlp` hands over whole
 * buckets instead, at a tenth of the cost: see `metric-producer.ts`.
 */
export function forwardToMeter(own: ProcessMetrics): void {
  if (forwarded.has(own)) return
  forwarded.add(own)
  const meter = metrics.getMeter('plinth')
  const histograms = new Map<MetricName, Histogram>()
  const names = Object.keys(metricDefinitions) as MetricName[]
  for (const name of names) {
    const definition: MetricDefinition = metricDefinitions[name]
    const { kind, unit, description, boundaries } = definition
    if (kind !== 'histogram') observeIn(meter, name, own)
    else {
      const advice = { explicitBucketBoundaries: [...(boundaries ?? [])] }
      histograms.set(name, meter.createHistogram(name, { unit, description, advice }))
    }
  }
  own.forward((name, attributes) => {
    const histogram = histograms.get(name)
    return histogram && ((seconds) => histogram.record(seconds, { ...attributes }))
  })
}

const create = {
  counter: 'createObservableCounter',
  upDownCounter: 'createObservableUpDownCounter',
  gauge: 'createObservableGauge',
} as const

function observeIn(meter: Meter, name: MetricName, own: ProcessMetrics): void {
  const { kind, unit, description }: MetricDefinition = metricDefinitions[name]
  if (kind === 'histogram') return
  const instrument = meter[create[kind]](name, { unit, description })
  instrument.addCallback((result: ObservableResult) => {
    const metric = own.collect().find((each) => each.name === name)
    for (const { value, attributes } of metric?.numbers ?? [])
      result.observe(value, { ...attributes })
  })
}
