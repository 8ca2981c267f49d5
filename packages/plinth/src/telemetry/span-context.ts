import * as api from '@opentelemetry/api'

/** The key of the active span in a context, which the API does not export. */
let spanKey: symbol | undefined
api.trace.setSpan(
  {
    getValue: () => undefined,
    setValue: (key) => {
      spanKey = key
      return api.ROOT_CONTEXT
    },
    deleteValue: () => api.ROOT_CONTEXT,
  },
  api.trace.wrapSpanContext(api.INVALID_SPAN_CONTEXT),
)

/**
 * A context with a span in it.
 *
 * The contexts of the API copy a map, and create three functions, for each value that is set: for a request that is not
 * sampled, that is about a tenth of what tracing costs.
 */
export class SpanContext implements api.Context {
  readonly #parent: api.Context
  readonly #span: api.Span

  constructor(parent: api.Context, span: api.Span) {
    this.#parent = parent
    this.#span = span
  }
  getValue(key: symbol): unknown {
    return key === spanKey ? this.#span : this.#parent.getValue(key)
  }
  setValue(key: symbol, value: unknown): api.Context {
    return api.trace.setSpan(this.#parent, this.#span).setValue(key, value)
  }
  deleteValue(key: symbol): api.Context {
    return api.trace.setSpan(this.#parent, this.#span).deleteValue(key)
  }
}
