import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  InMemorySpanExporter,
  ParentBasedSampler,
  SamplingDecision,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { setHeadSampling, TraceIds } from './head-sampling.ts'
import { OtelSink } from './otel-sink.ts'
import type { RequestStart } from './span.types.ts'

const exporter = new InMemorySpanExporter()
const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.25) })
const ids = new TraceIds()
const samples = (traceId: string): boolean =>
  sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.SERVER, {}, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED
trace.setGlobalTracerProvider(
  new TracerProvider({
    sampler,
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
setHeadSampling({ ids, samples })
const sink = new OtelSink()

const start = (headers = new Headers()): RequestStart => ({
  name: 'GET',
  requestId: '1',
  method: 'GET',
  target: '/',
  headers,
  attributes: {},
  trustsCaller: true,
  isExported: true,
})
/** Sends a request, and returns what it passes on. */
function request(headers?: Headers) {
  const span = sink.startRequest(start(headers))!
  const made = span.run(() => {
    const { traceparent = '' } = sink.carrier()!
    const [, traceId = '', spanId = '', flags] = traceparent.split('-')
    const child = sink.startChild({ kind: 'internal', name: 'child', attributes: () => ({}) })
    child?.end()
    return { traceId, spanId, flags, hasChild: child !== undefined, log: sink.logFields() }
  })
  span.end()
  return made
}

beforeEach(() => exporter.reset())
afterAll(() => {
  setHeadSampling(undefined)
  for (const each of [trace, context, propagation]) each.disable()
})

it('a request has the decision of the sampler about its trace id, and passes it on', () => {
  const all = Array.from({ length: 400 }, () => request())
  expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(all.length)
  for (const { traceId, spanId, flags, hasChild, log } of all) {
    expect(traceId).toMatch(/^[\da-f]{32}$/)
    expect(spanId).toMatch(/^[\da-f]{16}$/)
    expect({ flags, hasChild }).toEqual(
      samples(traceId) ? { flags: '01', hasChild: true } : { flags: '00', hasChild: false },
    )
    expect(log).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: flags })
  }
  const sampled = all.filter(({ flags }) => flags === '01').map(({ traceId }) => traceId)
  const sent = exporter.getFinishedSpans().filter(({ name }) => name === 'GET')
  expect(sent.map((span) => span.spanContext().traceId)).toEqual(sampled)
})

it('the decision of a caller goes first', () => {
  const caller = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
  for (const flags of ['00', '01'])
    expect(request(new Headers({ traceparent: `00-${caller}-${flags}` }))).toMatchObject({
      traceId: caller.slice(0, 32),
      flags,
    })
})

it('ids go on after the end of a pool, and an id that was assigned is given once', () => {
  const own = new TraceIds()
  const made = Array.from({ length: 2000 }, () => own.generateTraceId() + own.generateSpanId())
  expect(new Set(made).size).toBe(2000)
  for (const id of made) expect(id).toMatch(/^[\da-f]{48}$/)
  own.assign('a'.repeat(32))
  expect(own.generateTraceId()).toBe('a'.repeat(32))
  expect(own.generateTraceId()).not.toBe('a'.repeat(32))
})
