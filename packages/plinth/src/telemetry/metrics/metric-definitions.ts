import type { MetricKind } from './metric-snapshot.types.ts'

/** The name, unit and meaning of a metric. */
export interface MetricDefinition {
  readonly kind: MetricKind
  readonly unit: string
  readonly description: string
  /** The upper boundaries of a histogram's buckets, in its unit. */
  readonly boundaries?: readonly number[]
}

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const statementSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const lagSeconds = [0.1, 0.5, 1, 5, 10, 60, 300, 1800, 3600]

const histogram = (description: string, boundaries: readonly number[]) =>
  ({ kind: 'histogram', unit: 's', description, boundaries }) as const
const gauge = (description: string, unit = 's') => ({ kind: 'gauge', unit, description }) as const
const upDown = (description: string, unit: string) =>
  ({ kind: 'upDownCounter', unit, description }) as const
const counter = (description: string, unit: string) =>
  ({ kind: 'counter', unit, description }) as const

/**
 * The metrics, with the names, units and buckets of OpenTelemetry's semantic conventions 1.44.
 *
 * Those that begin with `plinth` have no convention.
 */
export const metricDefinitions = {
  'http.server.request.duration': histogram('Duration of HTTP requests.', requestSeconds),
  'http.server.active_requests': upDown('Requests that wait for their response.', '{request}'),
  'db.client.operation.duration': histogram('Duration of statements.', statementSeconds),
  'db.client.connection.count': upDown('Open connections of the pool.', '{connection}'),
  'db.client.connection.max': upDown('The most connections of the pool.', '{connection}'),
  'db.client.connection.pending_requests': upDown('Callers that wait.', '{request}'),
  'db.client.connection.timeouts': counter('Callers that got no connection.', '{timeout}'),
  'db.client.connection.wait_time': histogram('Time until a connection is free.', statementSeconds),
  'plinth.db.available': gauge('1 while the database can be reached, else 0.', '{server}'),
  'plinth.db.away.time': counter('Time for which the database could not be reached.', 's'),
  'messaging.process.duration': histogram('Duration of attempts of jobs.', requestSeconds),
  'plinth.job.lag': histogram('Time from when a job is due until it starts.', lagSeconds),
  'plinth.shed.requests': counter('Requests refused because of overload.', '{request}'),
  'nodejs.eventloop.delay.min': gauge('Smallest delay of the event loop.'),
  'nodejs.eventloop.delay.max': gauge('Largest delay of the event loop.'),
  'nodejs.eventloop.delay.mean': gauge('Mean delay of the event loop.'),
  'nodejs.eventloop.delay.stddev': gauge('Standard deviation of the delay of the event loop.'),
  'nodejs.eventloop.delay.p50': gauge('Median delay of the event loop.'),
  'nodejs.eventloop.delay.p90': gauge('90th percentile of the delay of the event loop.'),
  'nodejs.eventloop.delay.p99': gauge('99th percentile of the delay of the event loop.'),
  'nodejs.eventloop.utilization': gauge('Part of the time that the event loop works.', '1'),
} as const satisfies Readonly<Record<string, MetricDefinition>>

/** The name of a metric. */
export type MetricName = keyof typeof metricDefinitions
