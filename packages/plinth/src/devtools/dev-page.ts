import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isPromise } from '../dependencies/generator.ts'
import { incomingRequestOf, type IncomingRequest } from '../http/incoming-request.ts'
import { internals, type Respond } from '../http/internals.ts'
import { toResponse, type OutgoingResponse } from '../http/outgoing-response.ts'
import { receiveMail } from '../logging/dev-mail.ts'
import { tapLines } from '../logging/line-tap.ts'
import type { Servable } from '../server/serve-options.ts'
import { redact } from '../settings/redact.ts'
import { addSpanSink } from '../telemetry/tracing.ts'
import { allEndpoints } from './all-endpoints.ts'
import type { DevService } from './dev-service.types.ts'
import type { DevEndpoint } from './frame/endpoint.types.ts'
import { pagePath } from './frame/guard.ts'
import { leadsToPage, redirectToPage } from './frame/lead-to-page.ts'
import { PageServer } from './frame/page-server.ts'
import { mailbox } from './mail/mailbox.ts'
import { recordLine } from './recorder/record-line.ts'
import { recordFailure, recordResponse } from './recorder/record-response.ts'
import { Recorder } from './recorder/recorder.ts'
import type { Recording } from './recorder/recording.ts'
import { RecordingSink } from './recorder/recording-sink.ts'

/** Options of a {@link DevPage}. */
export interface DevPageOptions {
  /** The absolute path of the service's folder. */
  readonly root: string
  /** The folder of the built page: `assets/devpage` of this package. */
  readonly assets: string
  /** Returns the service as it is now; called for each request of the page. */
  readonly service: () => DevService
  /** Endpoints besides the page's own, for parts that need the command line's code. */
  readonly endpoints?: readonly DevEndpoint[]
}

/** The response of the service itself. */
type Inner = () => OutgoingResponse | Promise<OutgoingResponse>

/** A request as Node and as the service see it. */
interface Asked {
  readonly incoming: IncomingRequest
  /** `undefined` for the handshake of a socket. */
  readonly message: IncomingMessage | undefined
}

/**
 * The development page, and the recorder behind it: one per process of `plinth dev`, across reloads.
 *
 * It sits in front of the app, so that neither its middleware nor its CORS origins apply to the page.
 */
export class DevPage {
  readonly recorder = new Recorder()
  /** Names this process: ids begin again after a restart. */
  readonly instance: string = randomUUID().slice(0, 8)
  readonly #options: DevPageOptions
  readonly #server: PageServer
  readonly #stop: () => void

  constructor(options: DevPageOptions) {
    this.#options = options
    this.#server = new PageServer({
      recorder: this.recorder,
      instance: this.instance,
      service: options.service,
      assets: options.assets,
      endpoints: [...allEndpoints, ...(options.endpoints ?? [])],
    })
    const stops = [
      tapLines((line) => this.#onLine(line)),
      receiveMail((mail) => mailbox.add(mail)),
      addSpanSink(new RecordingSink(this.recorder, options.root)),
    ]
    this.#stop = () => stops.forEach((stop) => stop())
  }

  /** Tells the open pages that something changed, such as `reloaded`. */
  send(event: string, data: unknown): void {
    this.#server.send(event, data)
  }

  /** Puts the page in front of a service. */
  around(served: Servable): Servable {
    const inner = served[internals]
    const respond = inner?.respond
    return {
      ...served,
      fetch: async (request, env) =>
        toResponse(
          await this.#respond(
            { incoming: incomingRequestOf(request), message: env?.incoming },
            () => served.fetch(request, env),
          ),
        ),
      endStreams: () => {
        this.#server.endStreams()
        served.endStreams?.()
      },
      stop: async () => {
        this.#stop()
        await served.stop?.()
      },
      ...(inner !== undefined && {
        [internals]: {
          ...inner,
          ...(respond !== undefined && { respond: this.#respondAround(respond) }),
        },
      }),
    }
  }

  /** The server passes Node's response as a second argument. */
  #respondAround(respond: Respond): Respond {
    return (incoming, outgoing?: { readonly req?: IncomingMessage }) =>
      this.#respond({ incoming, message: outgoing?.req }, () => respond(incoming))
  }

  #respond(asked: Asked, inner: Inner): OutgoingResponse | Promise<OutgoingResponse> {
    const { target } = asked.incoming
    if (target.startsWith(pagePath) && asked.message !== undefined) {
      const own = this.#server.respond(asked.incoming, asked.message)
      if (own !== undefined) return own
    }
    return this.#record(asked, inner)
  }

  #record(asked: Asked, inner: Inner): OutgoingResponse | Promise<OutgoingResponse> {
    const { recorder } = this
    const { method, target } = asked.incoming
    const recording = recorder.begin({
      kind: asked.message === undefined ? 'socket' : 'request',
      method,
      target: redact(target.slice(0, 1000)),
    })
    if (asked.message !== undefined) recorder.sent.keep(recording.id, asked.message)
    const done = (response: OutgoingResponse): OutgoingResponse =>
      this.#ended(recording, asked, response)
    const failed = (error: unknown): never => {
      recordFailure(recording, error)
      recorder.end(recording)
      throw error
    }
    try {
      const response = recorder.run({ recording, parent: -1 }, inner)
      return isPromise(response) ? response.then(done, failed) : done(response)
    } catch (error) {
      return failed(error)
    }
  }

  #ended(recording: Recording, { incoming, message }: Asked, response: OutgoingResponse) {
    recording.route ??= incoming.route?.path ?? null
    if (message !== undefined && leadsToPage(message, incoming, response)) {
      this.recorder.sent.forget(recording.id)
      return redirectToPage()
    }
    recordResponse(recording, response)
    this.recorder.end(recording)
    return response
  }

  #onLine(line: string): void {
    const recorded = this.recorder.current()
    if (recorded === undefined) return
    this.recorder.grow(recorded.recording, () =>
      recordLine(recorded.recording, line, this.#options.root),
    )
  }
}
