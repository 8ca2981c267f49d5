import { setMetrics } from '../metrics.ts'
import { measureEventLoop } from './event-loop.ts'
import { ProcessMetrics } from './process-metrics.ts'

let running: ProcessMetrics | undefined
let isProduced = false
let endEventLoop = (): void => {}

/** Turns metrics on, once for the process. */
export function startMetrics(): ProcessMetrics {
  if (running !== undefined) return running
  running = new ProcessMetrics()
  running.isProduced = isProduced
  setMetrics(running)
  endEventLoop = measureEventLoop()
  return running
}

/**
 * Announces a reader that takes whole buckets, so that no meter needs each value.
 *
 * @returns the metrics, once an app has turned them on
 */
export function produceMetrics(): () => ProcessMetrics | undefined {
  isProduced = true
  if (running !== undefined) running.isProduced = true
  return () => running
}

/** Turns metrics off, and forgets the numbers. */
export function stopMetrics(): void {
  running = undefined
  setMetrics(undefined)
  endEventLoop()
}
