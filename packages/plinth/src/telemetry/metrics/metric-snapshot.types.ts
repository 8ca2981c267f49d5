/** The attributes of a series. Each value comes from a bounded set. */
export type MetricAttributes = Readonly<Record<string, string | number>>

/** The value of a counter or of a gauge. */
export interface NumberPoint {
  readonly attributes: MetricAttributes
  readonly value: number
}

/** The values of a histogram. */
export interface HistogramPoint {
  readonly attributes: MetricAttributes
  /** The number of values in each bucket; the last one is above all boundaries. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

/** A metric at one moment. */
export interface MetricSnapshot {
  /** In the form of OpenTelemetry, such as `http.server.request.duration`. */
  readonly name: string
  readonly description: string
  /** In the form of UCUM, such as `s`. */
  readonly unit: string
  readonly kind: MetricKind
  /** The upper boundaries of a histogram's buckets. */
  readonly boundaries: readonly number[]
  readonly numbers: readonly NumberPoint[]
  readonly histograms: readonly HistogramPoint[]
}

/** An up-down counter may fall; a gauge cannot be added up over processes. */
export type MetricKind = 'histogram' | 'counter' | 'upDownCounter' | 'gauge'
