import { describe, expect, it, onTestFinished } from 'vitest'
import { parsePrometheus } from '../../../test/support/telemetry/prometheus-parser.ts'
import { metrics, observe } from '../metrics.ts'
import { metricDefinitions } from './metric-definitions.ts'
import { metricProducer } from './metric-producer.ts'
import { ProcessMetrics } from './process-metrics.ts'
import { prometheusText } from './prometheus-text.ts'
import { produceMetrics, startMetrics, stopMetrics } from './start-metrics.ts'

const request = (more = {}) => ({
  method: 'GET',
  route: '/tasks/:id',
  scheme: 'http' as const,
  status: 200,
  seconds: 0.02,
  ...more,
})

describe('the metrics of a process', () => {
  it('count requests in the buckets of the convention, by route, method, scheme and status alone', () => {
    const own = new ProcessMetrics()
    for (const seconds of [0.001, 0.005, 0.02, 20]) own.request(request({ seconds }))
    own.request(request({ status: 503 }))
    own.request(request({ route: undefined, method: 'BREW', scheme: 'https', status: 404 }))
    const [duration] = own.collect()
    expect(duration).toMatchObject({ name: 'http.server.request.duration', unit: 's' })
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/tasks/:id',
      'url.scheme': 'http',
      'http.response.status_code': 200,
    }
    expect(duration?.histograms[0]).toEqual({
      attributes,
      counts: [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      sum: expect.closeTo(20.026) as number,
      count: 4,
    })
    expect(duration?.histograms.slice(1).map((point) => point.attributes)).toEqual([
      { ...attributes, 'http.response.status_code': 503, 'error.type': '503' },
      {
        'http.request.method': '_OTHER',
        'url.scheme': 'https',
        'http.response.status_code': 404,
      },
    ])
  })
  it('are bounded: values of the 2,001st series and of all later ones share one', () => {
    const own = new ProcessMetrics()
    for (let count = 0; count < 2100; count++) own.request(request({ route: `/${count}` }))
    const { histograms = [] } = own.collect()[0] ?? {}
    expect(histograms).toHaveLength(2001)
    expect(histograms.at(-1)).toMatchObject({
      attributes: { 'otel.metric.overflow': 'true' },
      count: 100,
    })
  })
  it('add up the numbers of observers that have the same attributes, and leave out metrics without a value', () => {
    const own = new ProcessMetrics()
    const before = own.collect().length
    const read = () => [
      {
        name: 'plinth.shed.requests' as const,
        attributes: { 'plinth.shed.reason': 'test' },
        value: 3,
      },
    ]
    const ends = [observe(read), observe(() => read())]
    expect(own.collect().find(({ name }) => name === 'plinth.shed.requests')?.numbers).toEqual([
      { attributes: { 'plinth.shed.reason': 'test' }, value: 6 },
    ])
    for (const end of ends) end()
    expect(own.collect()).toHaveLength(before)
  })
  it('are off until they are started, and have the delay of the event loop then', () => {
    expect(metrics()).toBeUndefined()
    const own = startMetrics()
    onTestFinished(stopMetrics)
    expect(metrics()).toBe(own)
    const names = own.collect().map(({ name }) => name)
    for (const part of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'])
      expect(names).toContain(`nodejs.eventloop.delay.${part}`)
    expect(names).toContain('nodejs.eventloop.utilization')
  })
  it('have names of the conventions, or names that begin with plinth', () => {
    for (const name of Object.keys(metricDefinitions))
      expect(name).toMatch(/^(?:http|db|messaging|nodejs|plinth)\.[a-z_.0-9]+$/)
  })
})

describe("Prometheus' text of metrics", () => {
  it('is what a strict parser reads, with the labels of each process', () => {
    const own = new ProcessMetrics()
    own.request(request({ route: '/odd/"\\\n' }))
    own.duration('plinth.job.lag', 2, { 'messaging.destination.name': 'mails' })
    const metricsOf = own.collect()
    const gathered = ['1', '2'].map((worker) => ({ labels: { worker }, metrics: metricsOf }))
    const families = parsePrometheus(prometheusText(gathered))
    const durations = families.get('http_server_request_duration_seconds')
    expect(durations).toMatchObject({ type: 'histogram' })
    const counts = durations?.samples.filter(({ name }) => name.endsWith('_count'))
    expect(counts).toEqual(
      ['1', '2'].map((worker) => ({
        name: 'http_server_request_duration_seconds_count',
        labels: {
          http_request_method: 'GET',
          url_scheme: 'http',
          http_route: '/odd/"\\\n',
          http_response_status_code: '200',
          worker,
        },
        value: 1,
      })),
    )
    expect(families.get('plinth_job_lag_seconds')?.samples).toHaveLength(2 * 12)
  })
  it('has _total behind counters, _ratio behind parts, and no suffix behind counts of things', () => {
    const own = startMetrics()
    onTestFinished(stopMetrics)
    const end = observe(() => [
      { name: 'plinth.shed.requests', attributes: {}, value: 1 },
      { name: 'http.server.active_requests', attributes: {}, value: 2 },
    ])
    onTestFinished(end)
    const families = parsePrometheus(prometheusText([{ labels: {}, metrics: own.collect() }]))
    expect(families.get('plinth_shed_requests_total')?.type).toBe('counter')
    expect(families.get('http_server_active_requests')?.type).toBe('gauge')
    expect(families.get('nodejs_eventloop_utilization_ratio')?.type).toBe('gauge')
  })
  it('is empty without metrics, which the format allows', () => {
    expect(parsePrometheus(prometheusText([]))).toEqual(new Map())
  })
})

describe("the producer of metrics for OpenTelemetry's SDK", () => {
  it('hands over whole buckets, cumulative since the start', async () => {
    const own = new ProcessMetrics()
    own.request(request())
    const { resourceMetrics, errors } = await metricProducer(() => own).collect()
    expect(errors).toEqual([])
    const [scope] = resourceMetrics.scopeMetrics
    expect(scope?.scope.name).toBe('plinth')
    const data = scope?.metrics.find(
      ({ descriptor }) => descriptor.name === 'http.server.request.duration',
    )
    expect(data).toMatchObject({ aggregationTemporality: 1, dataPointType: 0 })
    expect(data?.dataPoints[0]).toMatchObject({
      startTime: [Math.floor(own.startedAt / 1000), expect.any(Number)],
      value: { count: 1, sum: 0.02 },
    })
  })
  it('hands over nothing until an app has turned metrics on', async () => {
    const producer = metricProducer(produceMetrics())
    const before = await producer.collect()
    expect(before.resourceMetrics.scopeMetrics).toEqual([])
    expect(metrics()).toBeUndefined()
    const own = startMetrics()
    onTestFinished(stopMetrics)
    expect(own.isProduced).toBe(true)
    own.request(request())
    const { resourceMetrics } = await producer.collect()
    const names = resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name)
    expect(names).toContain('http.server.request.duration')
  })
})
