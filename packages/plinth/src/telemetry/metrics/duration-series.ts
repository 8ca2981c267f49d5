import type { HistogramPoint, MetricAttributes } from './metric-snapshot.types.ts'

/** A histogram of durations with fixed buckets: recording one is a few additions. */
export class DurationSeries {
  readonly attributes: MetricAttributes
  readonly #boundaries: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0
  /** Passes each value on, to the histogram of a meter provider that the app registered. */
  forward: ((seconds: number) => void) | undefined

  constructor(boundaries: readonly number[], attributes: MetricAttributes) {
    this.#boundaries = boundaries
    this.attributes = attributes
    this.#counts = Array.from({ length: boundaries.length + 1 }, () => 0)
  }

  record(seconds: number): void {
    const boundaries = this.#boundaries
    let at = 0
    while (at < boundaries.length && seconds > boundaries[at]!) at++
    this.#counts[at]!++
    this.#sum += seconds
    this.#count++
    this.forward?.(seconds)
  }

  point(): HistogramPoint {
    const { attributes } = this
    return { attributes, counts: [...this.#counts], sum: this.#sum, count: this.#count }
  }
}
