import { metrics as api } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, it, onTestFinished } from 'vitest'
import { enableMetrics } from '../../app/metrics/enable-metrics.ts'
import { metrics, observe } from '../metrics.ts'
import { stopMetrics } from './start-metrics.ts'

/** Collects when the test says so. */
class TestReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

it('a meter provider that the app registered gets durations and numbers by their names, and none with metrics: false', async () => {
  const reader = new TestReader()
  api.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
  onTestFinished(() => {
    api.disable()
    stopMetrics()
  })
  await enableMetrics(false)
  expect(metrics()).toBeUndefined()
  await enableMetrics(undefined)
  await enableMetrics(undefined)
  const attributes = { 'plinth.shed.reason': 'test' }
  onTestFinished(observe(() => [{ name: 'plinth.shed.requests', attributes, value: 5 }]))
  metrics()?.request({ method: 'GET', route: '/a', scheme: 'http', status: 200, seconds: 0.02 })
  const { resourceMetrics } = await reader.collect()
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  const pointsOf = (name: string) =>
    all.find(({ descriptor }) => descriptor.name === name)?.dataPoints
  expect(pointsOf('http.server.request.duration')).toMatchObject([
    { attributes: { 'http.route': '/a' }, value: { count: 1, sum: 0.02 } },
  ])
  expect(pointsOf('plinth.shed.requests')).toMatchObject([{ attributes, value: 5 }])
  expect(pointsOf('nodejs.eventloop.utilization')).toHaveLength(1)
})
