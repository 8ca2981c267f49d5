import type { JobWithMetadata } from 'pg-boss'
import { metrics } from '../telemetry/metrics.ts'

const plainName = /^\w{1,60}$/

/** Records how late a job starts: the time since it was due. */
export function measureLag({ name, startAfter }: JobWithMetadata): void {
  const lag = (Date.now() - startAfter.getTime()) / 1000
  metrics()?.duration('plinth.job.lag', lag, { 'messaging.destination.name': name })
}

/**
 * Records the duration of an attempt.
 *
 * @param begun - when it began, in `performance.now()`
 * @param error - the error that it failed with
 */
export function measureAttempt({ name }: JobWithMetadata, begun: number, error?: unknown): void {
  metrics()?.duration('messaging.process.duration', (performance.now() - begun) / 1000, {
    'messaging.system': 'pg-boss',
    'messaging.operation.name': 'process',
    'messaging.destination.name': name,
    ...(error !== undefined && { 'error.type': nameOf(error) }),
  })
}

const nameOf = (error: unknown): string =>
  error instanceof Error && plainName.test(error.name) ? error.name : '_OTHER'
