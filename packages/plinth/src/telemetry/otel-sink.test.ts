import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { enableOtel } from './enable-otel.ts'
import { runSpan } from './run-span.ts'
import type { ChildStart, RequestStart, Span, SpanSink } from './span.types.ts'
import {
  addSpanSink,
  carrier,
  isTracing,
  logFields,
  startChild,
  startRequest,
  startRoot,
} from './tracing.ts'

const exporter = new InMemorySpanExporter()
let isFailing = false
const provider = new TracerProvider({
  sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  spanProcessors: [
    new SimpleSpanProcessor({ exporter }),
    {
      onStart: () => {
        if (isFailing) throw new Error('the processor is broken')
      },
      onEnd: () => {},
      shutdown: async () => {},
      forceFlush: async () => {},
    },
  ],
})
const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentId = 'b7ad6b7169203331'
const from = (flags: string): Headers =>
  new Headers({ traceparent: `00-${traceId}-${parentId}-${flags}` })
const start = (headers = new Headers(), more: Partial<RequestStart> = {}): RequestStart => ({
  name: 'GET',
  requestId: '1',
  method: 'GET',
  target: '/',
  headers,
  attributes: {},
  trustsCaller: true,
  isExported: true,
  ...more,
})
const child = (name: string, more: Partial<ChildStart> = {}): ChildStart => ({
  kind: 'internal',
  name,
  attributes: () => ({}),
  ...more,
})
const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans()
const only = (): ReadableSpan => {
  expect(spans()).toHaveLength(1)
  return spans()[0]!
}

// The first test is the state before a provider is registered.
it('without a tracer provider nothing is loaded, and nothing is traced', async () => {
  expect(await enableOtel()).toBe(false)
  expect(isTracing()).toBe(false)
  expect([startRequest(start()), startChild(child('x')), carrier(), logFields()]).toEqual(
    Array.from({ length: 4 }),
  )
})

it('with a registered tracer provider spans are sent', async () => {
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  expect(await enableOtel()).toBe(true)
  expect(await enableOtel()).toBe(true)
  startRequest(start())?.end()
  expect(only()).toMatchObject({ name: 'GET', kind: SpanKind.SERVER })
})

beforeEach(() => exporter.reset())
afterAll(() => {
  for (const each of [trace, context, propagation]) each.disable()
})

it('the caller of a request is its parent', () => {
  startRequest(start(from('01')))!.end()
  expect(only().spanContext().traceId).toBe(traceId)
  expect(only().parentSpanContext?.spanId).toBe(parentId)
})

it('a caller that is not trusted is a link of a new trace', () => {
  startRequest(start(from('01'), { trustsCaller: false }))!.end()
  expect(only().spanContext().traceId).not.toBe(traceId)
  expect(only().parentSpanContext).toBeUndefined()
  expect(only().links).toMatchObject([{ context: { traceId, spanId: parentId } }])
})

it('a request that is not sampled makes no children, builds no attributes, and passes its flag on', () => {
  const attributes = (): never => {
    throw new Error('built')
  }
  const request = startRequest(start(from('00')))!
  request.run(() => {
    expect(startChild(child('SELECT', { attributes }))).toBeUndefined()
    expect(carrier()).toEqual({ traceparent: expect.stringMatching(`^00-${traceId}-.*-00$`) })
    expect(logFields()).toMatchObject({ trace_id: traceId, trace_flags: '00' })
  })
  request.end()
  expect(spans()).toEqual([])
})

it('a child is below the span that the app itself has begun', () => {
  const request = startRequest(start())!
  request.run(() =>
    trace.getTracer('user').startActiveSpan('mine', (mine) => {
      startChild(child('SELECT', { kind: 'client' }))!.end()
      mine.end()
    }),
  )
  request.end()
  const [select, mine] = spans()
  expect(select?.parentSpanContext?.spanId).toBe(mine?.spanContext().spanId)
})

it('the instrumentation of a driver makes no spans below a statement', () => {
  const request = startRequest(start())!
  request.run(() => {
    const statement = startChild(child('SELECT'))!
    statement.runAlone(() => {
      trace.getTracer('pg').startSpan('pg.query').end()
      expect(startChild(child('inner'))).toBeUndefined()
    })
    statement.end('23505')
  })
  request.end()
  expect(spans().map(({ name }) => name)).toEqual(['SELECT', 'GET'])
  expect(spans()[0]).toMatchObject({ attributes: { 'error.type': '23505' }, status: { code: 2 } })
})

it('the span of an instrumentation of the HTTP server is adopted, and not ended', () => {
  trace.getTracer('http').startActiveSpan('GET', { kind: SpanKind.SERVER }, (outer) => {
    const request = startRequest(start(from('01')))!
    request.rename('GET /tasks/:id')
    request.run(() => startChild(child('SELECT'))!.end())
    request.end()
    expect(outer.isRecording()).toBe(true)
    outer.end()
  })
  expect(spans().map(({ name }) => name)).toEqual(['SELECT', 'GET /tasks/:id'])
})

it('a request inside of another one has a span of its own below it', () => {
  const outer = startRequest(start(new Headers(), { name: 'POST' }))!
  outer.run(() => startRequest(start())!.end())
  outer.end()
  const [inner, around] = spans()
  expect(inner?.parentSpanContext?.spanId).toBe(around?.spanContext().spanId)
  expect(around?.name).toBe('POST')
})

it('an app without spans exports none, and none of its statements', () => {
  trace.getTracer('http').startActiveSpan('GET', { kind: SpanKind.SERVER }, (outer) => {
    const request = startRequest(start(new Headers(), { isExported: false }))!
    request.run(() => expect(startChild(child('SELECT'))).toBeUndefined())
    request.end()
    outer.end()
  })
  expect(only().name).toBe('GET')
})

it('work after the end of a request is below it', () => {
  const request = startRequest(start())!
  request.end()
  request.run(() => startChild(child('after'))!.end())
  const [first, after] = spans()
  expect(after?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId)
})

it('a job is below the span that created it, and linked to it', () => {
  let stored: ReturnType<typeof carrier>
  const request = startRequest(start())!
  request.run(() => (stored = carrier()))
  request.end()
  const attributes = { 'messaging.system': 'pg-boss' }
  startRoot({ kind: 'consumer', name: 'process mail', attributes, carrier: stored })!.end()
  startRoot({ kind: 'consumer', name: 'process old', attributes, carrier: undefined })!.end()
  const [created, job, old] = spans()
  expect(job?.parentSpanContext?.spanId).toBe(created?.spanContext().spanId)
  expect(job?.links[0]?.context.spanId).toBe(created?.spanContext().spanId)
  expect(old).toMatchObject({ links: [], parentSpanContext: undefined })
})

it('a span ends with its work, with the type of an error and without its message', async () => {
  const request = startRequest(start())!
  const failed = request.run(() =>
    runSpan(startChild(child('fails'))!, async () => {
      await Promise.resolve()
      throw new RangeError('4711 is out of range')
    }),
  )
  await expect(failed).rejects.toThrow('4711')
  request.run(() => runSpan(startChild(child('dropped'))!, () => 1, 'is dropped'))
  request.end()
  expect(spans().map(({ name }) => name)).toEqual(['fails', 'GET'])
  expect(spans()[0]).toMatchObject({
    attributes: { 'error.type': 'RangeError' },
    events: [],
    status: { code: 2 },
  })
  expect(spans()[0]?.status.message).toBeUndefined()
})

it('a broken span processor makes no request fail', () => {
  isFailing = true
  expect(startRequest(start())).toBeUndefined()
  isFailing = false
})

it('two sinks get each span, and compute its attributes once', () => {
  const seen: string[] = []
  const recorded = (name: string): Span => ({
    isRecording: true,
    set: () => {},
    rename: (next) => seen.push(`rename ${next}`),
    run: (work) => work(),
    runAlone: (work) => work(),
    end: (errorType) => seen.push(`end ${name} ${errorType ?? ''}`),
  })
  const recorder: SpanSink = {
    startRequest: ({ name }) => recorded(name),
    startChild: ({ name, attributes }) => {
      seen.push(JSON.stringify(attributes()))
      return recorded(name)
    },
    startRoot: ({ name }) => recorded(name),
    carrier: () => undefined,
    logFields: () => undefined,
  }
  const remove = addSpanSink(recorder)
  let computed = 0
  const request = startRequest(start())!
  request.rename('GET /')
  request.run(() =>
    startChild(child('SELECT', { attributes: () => ({ count: ++computed }) }))!.end('x'),
  )
  request.end()
  remove()
  expect(spans().map(({ name, attributes }) => [name, attributes['count']])).toEqual([
    ['SELECT', 1],
    ['GET /', undefined],
  ])
  expect(seen).toEqual(['rename GET /', '{"count":1}', 'end SELECT x', 'end GET '])
  startRequest(start())!.end()
  expect(seen).toHaveLength(4)
})
