import { knownMethod } from '../../telemetry/metrics/known-method.ts'
import type { Span, SpanAttributes } from '../../telemetry/span.types.ts'

/** The method in the name of a span. */
export function spanMethod(method: string): string {
  const { name } = knownMethod(method)
  return name === '_OTHER' ? 'HTTP' : name
}

/** The span of a request on its way through the app: the route gives it its name, and the response ends it. */
export class RequestTrace {
  readonly span: Span
  readonly #method: string
  /** `true` if `url.path` stays as sent, with the values of its parameters. */
  readonly #keepsPath: boolean
  #route: string | undefined

  constructor(span: Span, method: string, keepsPath: boolean) {
    this.span = span
    this.#method = method
    this.#keepsPath = keepsPath
  }

  /** @param route - the whole path pattern, base path included */
  setRoute(route: string): void {
    if (!this.span.isRecording) return
    this.#route = route
    this.span.rename(`${spanMethod(this.#method)} ${route}`)
  }

  /** Ends the span with the status of the response. */
  end(status: number, more?: SpanAttributes): void {
    const { span } = this
    if (span.isRecording)
      span.set({
        'http.response.status_code': status,
        ...(this.#route !== undefined && { 'http.route': this.#route }),
        // A path may hold a token, such as that of a link to reset a password.
        ...(!this.#keepsPath && { 'url.path': this.#route ?? '/*' }),
        ...more,
      })
    span.end(status >= 500 ? String(status) : undefined)
  }

  /** Ends the span of a socket with the end of its connection. */
  endSocket({ close, received, sent }: SocketEnd): void {
    this.end(101, {
      'plinth.socket.close_code': close,
      'plinth.socket.received': received,
      'plinth.socket.sent': sent,
    })
  }
}

interface SocketEnd {
  readonly close: number
  readonly received: number
  readonly sent: number
}
