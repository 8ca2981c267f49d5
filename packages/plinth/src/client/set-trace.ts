/** The parts of the OpenTelemetry API that an SDK registers. */
interface Registered {
  readonly context?: { active(): object }
  readonly propagation?: {
    inject(
      context: object,
      headers: Headers,
      setter: { set(headers: Headers, name: string, value: string): void },
    ): void
  }
}

/**
 * Adds the trace context of the active span (`traceparent`), if an OpenTelemetry SDK is registered.
 *
 * In a browser only a client with a relative URL does: to another origin the header would cost a CORS preflight.
 */
export function setTrace(headers: Headers, url: string): void {
  // Where version 1 of the API keeps what was registered.
  const { context, propagation } = ((globalThis as Record<symbol, unknown>)[
    Symbol.for('opentelemetry.js.api.1')
  ] ?? {}) as Registered
  if (context && (!('location' in globalThis) || url[0] === '/'))
    propagation?.inject(context.active(), headers, { set: (to, ...pair) => to.set(...pair) })
}
