import type { ConstructorOptions, Db, JobWithMetadata } from 'pg-boss'
import type { Driver } from '../database/drivers/driver.ts'
import { runIsolated } from '../http/request-scope.ts'
import { runSpan } from '../telemetry/run-span.ts'
import type { ChildStart, Span, SpanAttributes, TraceCarrier } from '../telemetry/span.types.ts'
import { carrier, isTracing, startChild, startRoot } from '../telemetry/tracing.ts'
import { bossDatabase } from './boss-database.ts'

/** The attributes of the semantic conventions for messaging. */
const messaging = (operation: 'send' | 'process', queue: string): SpanAttributes => ({
  'messaging.system': 'pg-boss',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': queue,
})

const sending = (queue: string): ChildStart => ({
  kind: 'producer',
  name: `send ${queue}`,
  attributes: () => messaging('send', queue),
})

/** Stores a job inside a span of its own, which becomes the parent of the span that processes it. */
export async function traceSend(
  queue: string,
  db: Db,
  send: (db: Db) => Promise<string | null>,
): Promise<string | null> {
  const span = isTracing() ? startChild(sending(queue)) : undefined
  if (span === undefined) return await send(db)
  return await runSpan(span, async () => {
    const id = await send(within(span, db))
    if (id !== null) span.set({ 'messaging.message.id': id })
    return id
  })
}

/** Runs the statements of pg-boss, which has put a span of its own into their context, inside this span. */
const within = (span: Span, db: Db): Db => ({
  executeSql: (text, values) => span.run(() => db.executeSql(text, values)),
})

/** Runs an attempt of a job inside its span: below the span that enqueued it, and linked to it. */
export async function traceJob<T>(
  job: JobWithMetadata,
  driver: Driver,
  work: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return await work()
  const span = startRoot({
    kind: 'consumer',
    name: `process ${job.name}`,
    attributes: {
      ...messaging('process', job.name),
      'messaging.message.id': job.id,
      'plinth.job.attempt': job.retryCount + 1,
    },
    carrier: await storedCarrier(job, driver),
  })
  if (span === undefined) return await work()
  return await runSpan(span, () => runIsolated(work, undefined, span))
}

/** The trace context that was stored with a job. Without it, the job has a trace of its own. */
async function storedCarrier(
  { name, id }: JobWithMetadata,
  driver: Driver,
): Promise<TraceCarrier | undefined> {
  try {
    const { rows } = await bossDatabase(driver).executeSql(
      'select trace_context from pgboss.job where name = $1 and id = $2',
      [name, id],
    )
    const [row] = rows as { trace_context?: TraceCarrier | null }[]
    return row?.trace_context ?? undefined
  } catch {
    return undefined
  }
}

/** A span that nothing records. */
const noSpan = {
  spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
  isRecording: () => false,
  end: () => {},
  recordException: () => {},
  setAttribute: () => noSpan,
  setAttributes: () => noSpan,
  setStatus: () => noSpan,
  addEvent: () => noSpan,
  addLink: () => noSpan,
  addLinks: () => noSpan,
  updateName: () => noSpan,
}

const noInstrument = {
  add: () => {},
  record: () => {},
  addCallback: () => {},
  removeCallback: () => {},
}
const instrument = () => noInstrument

/**
 * The telemetry of pg-boss: it stores our trace context with each job, and makes no spans of its own.
 *
 * Its spans have the messages of errors, which may hold values.
 */
export function bossTelemetry(): NonNullable<ConstructorOptions['openTelemetry']> {
  if (!isTracing()) return { enabled: false }
  const silent = {
    tracerProvider: { getTracer: () => ({ startSpan: () => noSpan }) },
    meterProvider: {
      getMeter: () => ({
        createHistogram: instrument,
        createCounter: instrument,
        createObservableGauge: instrument,
      }),
    },
    propagator: {
      inject: (_context: unknown, headers: Record<string, string>) =>
        void Object.assign(headers, carrier()),
      extract: (context: unknown) => context,
      fields: () => [],
    },
  }
  // pg-boss uses these methods of the API's interfaces, which have many more.
  return { enabled: true, propagateContext: true, ...silent } as unknown as NonNullable<
    ConstructorOptions['openTelemetry']
  >
}
