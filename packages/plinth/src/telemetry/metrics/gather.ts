import { gatherer, type Gather } from '../metrics.ts'
import { startMetrics } from './start-metrics.ts'

/** Gathers the metrics of this process, or of all workers of `plinth start`. */
export const gatherMetrics: Gather = () =>
  gatherer()?.() ?? Promise.resolve([{ labels: {}, metrics: startMetrics().collect() }])
