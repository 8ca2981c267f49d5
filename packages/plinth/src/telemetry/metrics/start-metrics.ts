import { setMetrics } from '../metrics.ts'
import { measureEventLoop } from './event-loop.ts'
import { ProcessMetrics } from './process-metrics.ts'

let running: ProcessMetrics | undefined
let endEventLoop = (): void => {}

/** Turns metrics on, once for the process. */
export function startMetrics(): ProcessMetrics {
  if (running !== undefined) return running
  running = new ProcessMetrics()
  setMetrics(running)
  endEventLoop = measureEventLoop()
  return running
}

/** Turns metrics off, and forgets the numbers. */
export function stopMetrics(): void {
  running = undefined
  setMetrics(undefined)
  endEventLoop()
}
