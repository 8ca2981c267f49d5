import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { observe, type Observation } from '../metrics.ts'

/** Milliseconds between two samples of the delay. */
const resolution = 20
/** Milliseconds that the numbers cover at least, so that two collectors get the same ones. */
const window = 5000
const nanoseconds = 1e9

/**
 * Measures the event loop: its delay, and the part of the time that it works.
 *
 * @returns a function that ends it
 */
export function measureEventLoop(): () => void {
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  let before = performance.eventLoopUtilization()
  let since = performance.now()
  let last: readonly Observation[] = []
  const read = (): readonly Observation[] => {
    const seconds = (value: number): number =>
      Number.isFinite(value) ? Math.max(0, value / nanoseconds - resolution / 1000) : 0
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    const of = (name: `min` | `max` | `mean` | `p50` | `p90` | `p99`, value: number) =>
      ({ name: `nodejs.eventloop.delay.${name}`, attributes: {}, value: seconds(value) }) as const
    const points: Observation[] = [
      of('min', delay.min),
      of('max', delay.max),
      of('mean', delay.mean),
      of('p50', delay.percentile(50)),
      of('p90', delay.percentile(90)),
      of('p99', delay.percentile(99)),
      {
        name: 'nodejs.eventloop.delay.stddev',
        attributes: {},
        value: Number.isFinite(delay.stddev) ? delay.stddev / nanoseconds : 0,
      },
      { name: 'nodejs.eventloop.utilization', attributes: {}, value: utilization },
    ]
    delay.reset()
    return points
  }
  const end = observe(() => {
    const now = performance.now()
    if (last.length === 0 || now - since >= window) {
      last = read()
      since = now
    }
    return last
  })
  return () => {
    end()
    delay.disable()
  }
}
