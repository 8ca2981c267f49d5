import type { MetricName } from './metrics/metric-definitions.ts'
import type { MetricAttributes } from './metrics/metric-snapshot.types.ts'
import type { Gathered } from './metrics/prometheus-text.ts'

/** A response that was sent. */
export interface MeasuredRequest {
  readonly method: string
  /** The path pattern with its base path; `undefined` without a route. */
  readonly route: string | undefined
  readonly scheme: 'http' | 'https'
  readonly status: number
  readonly seconds: number
}

/** Takes the numbers of a process, once metrics are on. */
export interface MetricsRecorder {
  request(measured: MeasuredRequest): void
  /**
   * Records a duration. The values of attributes must come from a bounded set.
   *
   * @param attributes - pass the same object for the same series of the same metric: it is found faster
   */
  duration(name: MetricName, seconds: number, attributes: MetricAttributes): void
}

/** A number that the code keeps anyway, read when metrics are collected. */
export interface Observation {
  readonly name: MetricName
  readonly attributes: MetricAttributes
  readonly value: number
}
/** Reads numbers. */
export type Observe = () => Iterable<Observation>

// One for the process, as the numbers are: undefined while metrics are off.
let recorder: MetricsRecorder | undefined
const observers = new Set<Observe>()

/** The recorder of this process; `undefined` while metrics are off. */
export const metrics = (): MetricsRecorder | undefined => recorder

/** Turns metrics on or off. */
export function setMetrics(next: MetricsRecorder | undefined): void {
  recorder = next
}

/**
 * Offers numbers to whoever collects metrics, whether metrics are on or not.
 *
 * @returns a function that ends it
 */
export function observe(read: Observe): () => void {
  observers.add(read)
  return () => void observers.delete(read)
}

/** Reads the numbers of all observers. */
export function* observations(): Generator<Observation, void, void> {
  for (const read of observers) yield* read()
}

/** Gets the metrics of all processes that serve together. */
export type Gather = () => Promise<readonly Gathered[]>
let gather: Gather | undefined

/** The way to gather metrics in a process that has others beside it; `undefined` in one that is alone. */
export const gatherer = (): Gather | undefined => gather

/** Sets how metrics are gathered. */
export function gatherBy(all: Gather): void {
  gather = all
}
