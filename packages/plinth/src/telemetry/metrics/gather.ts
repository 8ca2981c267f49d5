import type { Gathered } from './prometheus-text.ts'
import { startMetrics } from './start-metrics.ts'

/** Gets the metrics of all processes that serve together. */
export type Gather = () => Promise<readonly Gathered[]>

let gather: Gather = () => Promise.resolve([{ labels: {}, metrics: startMetrics().collect() }])

/** Gathers the metrics of this process, or of all workers of `plinth start`. */
export const gatherMetrics: Gather = () => gather()

/** Sets how metrics are gathered, in a process that has others beside it. */
export function gatherBy(all: Gather): void {
  gather = all
}
