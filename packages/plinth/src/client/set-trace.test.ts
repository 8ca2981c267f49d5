import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, expect, it } from 'vitest'
import { setTrace } from './set-trace.ts'

const sentTo = (url: string): string[] => {
  const headers = new Headers()
  trace.getTracer('page').startActiveSpan('page', (span) => {
    setTrace(headers, url)
    span.end()
  })
  return [...headers.keys()]
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'location')
})
afterAll(() => {
  for (const each of [trace, context, propagation]) each.disable()
})

// The first test is the state before an SDK is registered.
it('without a registered SDK no header is added', () => {
  expect(sentTo('https://api.example.com/tasks')).toEqual([])
})

it('on a server, a registered SDK adds the trace context', () => {
  trace.setGlobalTracerProvider(new TracerProvider())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  expect(sentTo('https://api.example.com/tasks')).toEqual(['traceparent'])
})

it('outside of a span nothing is added', () => {
  const headers = new Headers()
  setTrace(headers, '/tasks')
  expect([...headers]).toEqual([])
})

it('in a browser, only the origin of the page gets it', () => {
  Object.assign(globalThis, { location: new URL('https://example.com/page') })
  expect(sentTo('/tasks')).toEqual(['traceparent'])
  expect(sentTo('https://api.example.com/tasks')).toEqual([])
})
