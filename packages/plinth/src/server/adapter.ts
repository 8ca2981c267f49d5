import type { IncomingMessage, ServerResponse } from 'node:http'
import { giveUp } from './guarded-response.ts'

/** Answers what Node has read. */
export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** Has the adapter make a `Request` of what came, and write the response when it is there. */
export type Adapt = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: Promise<Response>,
) => Request

/** What the adapter is to do. */
export interface AdapterHost {
  readonly fetch: (request: Request, env: object) => Response | Promise<Response>
  /** The answer to an error that nobody made one of. */
  readonly unanswered: (error: unknown) => Response
}

/** The adapter once it is there. */
interface Loaded {
  /** Answers by the host's `fetch`. */
  readonly listener: Listener
  readonly adapt: Adapt
}

/** Milliseconds after which the adapter is loaded, where no request needed it before. */
const quiet = 1000

/**
 * Hono's adapter, which makes a `Request` of what Node has read. It brings all of Node's `fetch`, a tenth of a start,
 * and most requests need none of it: the first that does loads it, or else the first quiet moment.
 */
export class LateAdapter {
  readonly #host: AdapterHost
  #loaded: Loaded | undefined
  #loading: Promise<Loaded> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(host: AdapterHost) {
    this.#host = host
  }

  /** Undefined before it is loaded. */
  get adapt(): Adapt | undefined {
    return this.#loaded?.adapt
  }

  readonly listener: Listener = (incoming, outgoing) => {
    if (this.#loaded !== undefined) return this.#loaded.listener(incoming, outgoing)
    this.whenLoaded(outgoing, () => this.#loaded!.listener(incoming, outgoing))
  }

  load(): Promise<unknown> {
    return (this.#loading ??= this.#load())
  }

  loadSoon(): void {
    this.#timer = setTimeout(() => void this.load().catch(() => undefined), quiet).unref()
  }

  /** Goes on once it is loaded; where it cannot be, the request alone fails. */
  whenLoaded(outgoing: ServerResponse, next: () => void): void {
    this.load()
      .then(next)
      .catch((error: unknown) => giveUp(outgoing, error))
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #load(): Promise<Loaded> {
    const { getRequestListener } = await import('@hono/node-server')
    const { fetch, unanswered } = this.#host
    const options = { hostname: 'localhost', errorHandler: unanswered }
    const whole = guarded(getRequestListener(fetch, options))
    let request: Request | undefined
    let response: Promise<Response> | undefined
    // It calls its function with the request, at once, and takes its response.
    const taking = guarded(
      getRequestListener((made) => {
        request = made
        return response!
      }, options),
    )
    const adapt: Adapt = (incoming, outgoing, given) => {
      response = given
      taking(incoming, outgoing)
      const made = request!
      request = response = undefined
      return made
    }
    return (this.#loaded = { listener: whole, adapt })
  }
}

const guarded =
  (listener: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>): Listener =>
  (incoming, outgoing) =>
    void listener(incoming, outgoing).catch((error: unknown) => giveUp(outgoing, error))
