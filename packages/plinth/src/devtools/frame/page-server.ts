import type { IncomingMessage } from 'node:http'
import { HttpError } from '../../errors/http-error.ts'
import type { IncomingRequest } from '../../http/incoming-request.ts'
import type { DevService } from '../dev-service.types.ts'
import type { Recorder } from '../recorder/recorder.ts'
import { callEndpoint, endpointTable, json, type FindEndpoint } from './call-endpoint.ts'
import type { DevCall, DevEndpoint } from './endpoint.types.ts'
import { createPageToken, pagePath, refusePage } from './guard.ts'
import { LiveEvents } from './live-events.ts'
import { pageDocument, pageFiles, type PageFiles } from './page-files.ts'

/** The parts of a {@link PageServer}. */
export interface PageServerOptions {
  readonly recorder: Recorder
  /** Names this process. */
  readonly instance: string
  readonly service: () => DevService
  readonly endpoints: readonly DevEndpoint[]
  /** The folder of the built page. */
  readonly assets: string
}

/** The largest body of a request of the page: an edited row. */
const mostBody = 2 * 1024 * 1024

/** Serves everything below `/_plinth`: the document, its files, the endpoints and the events. */
export class PageServer {
  readonly #options: PageServerOptions
  readonly #token = createPageToken()
  readonly #find: FindEndpoint
  readonly #files: PageFiles
  readonly #events: LiveEvents

  constructor(options: PageServerOptions) {
    this.#options = options
    this.#find = endpointTable(options.endpoints)
    this.#files = pageFiles(options.assets)
    this.#events = new LiveEvents(options.recorder, {
      instance: options.instance,
      hello: () => ({ token: this.#token, title: options.service().api.title }),
    })
  }

  send(event: string, data: unknown): void {
    this.#events.send(event, data)
  }

  endStreams(): void {
    this.#events.end()
  }

  /** Responds to a request of the page; `undefined` for a path that is not the page's. */
  respond(incoming: IncomingRequest, message: IncomingMessage): Promise<Response> | undefined {
    const [path = '', search = ''] = incoming.target.split(/\?(.*)/s)
    if (path !== pagePath && !path.startsWith(`${pagePath}/`)) return undefined
    return this.#respond({ incoming, message, path, query: new URLSearchParams(search) })
  }

  async #respond(asked: Asked): Promise<Response> {
    const { incoming, message, path, query } = asked
    const refusal = refusePage(message, this.#token)
    if (refusal !== undefined) return json({ status: 403, detail: refusal }, 403)
    const isGet = message.method === 'GET'
    if (isGet && (path === pagePath || path === `${pagePath}/`))
      return pageDocument({ title: this.#options.service().api.title, token: this.#token })
    const file = isGet ? this.#files.get(path) : undefined
    if (file !== undefined) return file.respond(incoming.whole())
    if (isGet && path === `${pagePath}/events`)
      return this.#events.open(incoming.headers.get('last-event-id') ?? query.get('since'))
    return this.#call(asked)
  }

  async #call({ incoming, message, path, query }: Asked): Promise<Response> {
    try {
      const found = this.#find(message.method ?? '', path.slice(`${pagePath}/api`.length))
      if (found === undefined || !path.startsWith(`${pagePath}/api/`))
        return json({ status: 404, detail: 'The development page has no such path' }, 404)
      const call: DevCall = {
        service: this.#options.service(),
        recorder: this.#options.recorder,
        params: found.params,
        query,
        body: message.method === 'GET' ? undefined : await readBody(incoming),
        origin: originOf(message),
      }
      return await callEndpoint(found.endpoint, call)
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      return json({ status: error.status, detail: error.message }, error.status)
    }
  }
}

interface Asked {
  readonly incoming: IncomingRequest
  readonly message: IncomingMessage
  readonly path: string
  readonly query: URLSearchParams
}

async function readBody(incoming: IncomingRequest): Promise<unknown> {
  const { headers } = incoming
  const declared = headers.has('transfer-encoding')
    ? Number.POSITIVE_INFINITY
    : headers.get('content-length')
  if (Number(declared) > mostBody) throw new HttpError(413, 'The body is too large')
  if (Number(declared) === 0) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(await incoming.bytes()))
  } catch {
    throw new HttpError(400, 'The body is not JSON')
  }
}

/** The address at which this process reaches itself. */
function originOf({ socket }: IncomingMessage): string {
  const { localAddress = '127.0.0.1', localPort } = socket
  return `http://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`
}
