import { gatherBy } from '../../telemetry/metrics.ts'
import type { Gathered } from '../../telemetry/metrics/prometheus-text.ts'
import { collectTimeout, isMetricsMessage, type MetricsMessage } from './metrics-messages.ts'

const send = (message: MetricsMessage): void =>
  void process.send?.(message, undefined, undefined, () => {})

/** Lets a worker share its metrics with the others, and gather theirs. */
export function shareMetrics(): void {
  let asking: PromiseWithResolvers<readonly Gathered[]> | undefined
  process.on('message', (message) => {
    if (!isMetricsMessage(message)) return
    if (message.plinth === 'metrics:collect') void sendOwn(message.round)
    else if (message.plinth === 'metrics:all') asking?.resolve(message.gathered)
  })
  gatherBy(async () => {
    if (asking === undefined) {
      asking = Promise.withResolvers()
      send({ plinth: 'metrics:ask' })
    }
    const own = asking
    // The primary process responds within its own limit, unless it is blocked or has gone.
    const timer = setTimeout(() => own.resolve([]), collectTimeout * 2)
    const gathered = await own.promise
    clearTimeout(timer)
    if (asking === own) asking = undefined
    return gathered
  })
}

async function sendOwn(round: number): Promise<void> {
  const { startMetrics } = await import('../../telemetry/metrics/start-metrics.ts')
  send({ plinth: 'metrics:own', round, metrics: startMetrics().collect() })
}
