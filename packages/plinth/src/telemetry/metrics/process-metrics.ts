import {
  observations,
  type MeasuredRequest,
  type MetricsRecorder,
  type Observation,
} from '../metrics.ts'
import { DurationSeries } from './duration-series.ts'
import { knownMethod } from './known-method.ts'
import { metricDefinitions, type MetricDefinition, type MetricName } from './metric-definitions.ts'
import type { MetricAttributes, MetricSnapshot, NumberPoint } from './metric-snapshot.types.ts'

/** The most series of one metric. Values beyond go into one series, as in OpenTelemetry's SDK. */
const mostSeries = 2000
const overflow: MetricAttributes = { 'otel.metric.overflow': 'true' }

/** Passes a series on: returns the function that takes its values. */
export type Forward = (
  name: MetricName,
  attributes: MetricAttributes,
) => ((seconds: number) => void) | undefined

/** The metrics of this process: histograms that are recorded, and numbers that are read when they are collected. */
export class ProcessMetrics implements MetricsRecorder {
  /** Milliseconds since 1970. */
  readonly startedAt: number = Date.now()
  readonly #series = new Map<MetricName, Map<string, DurationSeries>>()
  /** The series of requests by route, and then by method, scheme and status, without making a key for each request. */
  readonly #requests = new Map<string | undefined, Map<number, DurationSeries>>()
  /** True if a reader takes whole buckets, so that no meter needs each value. */
  isProduced = false
  readonly #byObject = new WeakMap<
    MetricAttributes,
    { readonly name: MetricName; readonly series: DurationSeries }
  >()
  #forward: Forward | undefined

  request({ route, method, scheme, status, seconds }: MeasuredRequest): void {
    let byRoute = this.#requests.get(route)
    if (byRoute === undefined) this.#requests.set(route, (byRoute = new Map()))
    const known = knownMethod(method)
    const key = (known.index * 2 + (scheme === 'https' ? 1 : 0)) * 1000 + status
    let series = byRoute.get(key)
    if (series === undefined) {
      series = this.#seriesOf('http.server.request.duration', {
        'http.request.method': known.name,
        'url.scheme': scheme,
        ...(route !== undefined && { 'http.route': route }),
        'http.response.status_code': status,
        ...(status >= 500 && { 'error.type': String(status) }),
      })
      byRoute.set(key, series)
    }
    series.record(seconds)
  }

  duration(name: MetricName, seconds: number, attributes: MetricAttributes): void {
    let known = this.#byObject.get(attributes)
    if (known?.name !== name) {
      known = { name, series: this.#seriesOf(name, attributes) }
      this.#byObject.set(attributes, known)
    }
    known.series.record(Math.max(0, seconds))
  }

  /** Passes every value on from now on. */
  forward(forward: Forward): void {
    this.#forward = forward
    for (const [name, all] of this.#series)
      for (const series of all.values()) series.forward = forward(name, series.attributes)
  }

  /** Everything at this moment. Metrics without a value are left out. */
  collect(): MetricSnapshot[] {
    const numbers = new Map<MetricName, Map<string, NumberPoint>>()
    for (const each of observations()) add(numbers, each)
    return (Object.keys(metricDefinitions) as MetricName[]).flatMap((name) => {
      const definition: MetricDefinition = metricDefinitions[name]
      const { kind, unit, description, boundaries = [] } = definition
      const histograms = [...(this.#series.get(name)?.values() ?? [])].map((one) => one.point())
      const read = [...(numbers.get(name)?.values() ?? [])]
      if (histograms.length + read.length === 0) return []
      return [{ name, kind, unit, description, boundaries, histograms, numbers: read }]
    })
  }

  #seriesOf(name: MetricName, attributes: MetricAttributes): DurationSeries {
    let all = this.#series.get(name)
    if (all === undefined) this.#series.set(name, (all = new Map()))
    const key = keyOf(attributes)
    const known = all.get(key)
    if (known !== undefined) return known
    if (all.size >= mostSeries && attributes !== overflow) return this.#seriesOf(name, overflow)
    const { boundaries = [] }: MetricDefinition = metricDefinitions[name]
    const series = new DurationSeries(boundaries, attributes)
    series.forward = this.#forward?.(name, attributes)
    all.set(key, series)
    return series
  }
}

const keyOf = (attributes: MetricAttributes): string => JSON.stringify(Object.entries(attributes))

/** Adds a number to those with the same attributes, such as the one of another server in this process. */
function add(
  numbers: Map<MetricName, Map<string, NumberPoint>>,
  { name, attributes, value }: Observation,
): void {
  let points = numbers.get(name)
  if (points === undefined) numbers.set(name, (points = new Map()))
  const key = keyOf(attributes)
  points.set(key, { attributes, value: value + (points.get(key)?.value ?? 0) })
}
