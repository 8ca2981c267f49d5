import { addSpanSink } from './tracing.ts'

/** The key of the object in which version 1 of the API keeps what was registered. It exists once something was. */
const registered = Symbol.for('opentelemetry.js.api.1')

let enabling: Promise<boolean> | undefined

/** True if an OpenTelemetry SDK has registered a tracer provider in this process. */
export const hasTracerProvider = (): boolean =>
  (globalThis as { [registered]?: { readonly trace?: unknown } })[registered]?.trace !== undefined

/**
 * Sends spans to OpenTelemetry if a tracer provider was registered. Otherwise it loads nothing.
 *
 * An app calls it when it starts, so register before that. It does its work once.
 *
 * @returns `true` if spans are sent
 */
export function enableOtel(): Promise<boolean> {
  if (enabling !== undefined) return enabling
  if (!hasTracerProvider()) return Promise.resolve(false)
  return (enabling = addOtelSink())
}

async function addOtelSink(): Promise<boolean> {
  const { OtelSink } = await import('./otel-sink.ts')
  addSpanSink(new OtelSink())
  return true
}
