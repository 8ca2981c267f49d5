/** The part of the OpenTelemetry API that its SDK registers, once it does. */
interface Registered {
  readonly trace?: object
  readonly context?: { active(): object }
  readonly propagation?: {
    inject(
      context: object,
      headers: Headers,
      setter: { set(headers: Headers, name: string, value: string): void },
    ): void
  }
}

/** The key of what was registered at version 1 of the API. */
const registered = Symbol.for('opentelemetry.js.api.1')

/**
 * Adds the trace context of the active span (`traceparent`), if an OpenTelemetry SDK is registered.
 *
 * A page sends it to its own origin alone: to another one it would cost a CORS preflight.
 */
export function setTrace(headers: Headers, url: string): void {
  const { location, [registered]: otel } = globalThis as typeof globalThis & {
    readonly [registered]?: Registered
    readonly location?: { readonly href: string; readonly origin: string }
  }
  const { trace, context, propagation } = otel ?? {}
  if (trace === undefined || context === undefined || headers.has('traceparent')) return
  if (location !== undefined && new URL(url, location.href).origin !== location.origin) return
  propagation?.inject(context.active(), headers, {
    set: (target, name, value) => target.set(name, value),
  })
}
