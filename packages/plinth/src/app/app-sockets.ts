import type { IncomingRequest } from '../http/incoming-request.ts'
import type { Respond } from '../http/internals.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { splitUrl } from '../http/read-url.ts'
import { runRequest } from '../http/request-scope.ts'
import type { AppState } from '../routing/app-state.ts'
import type { SocketHost } from '../sockets/socket-host.ts'
import { withoutPrefix, type BasePath } from './base-path.ts'
import type { Mounted } from './mounted.ts'

/** The sockets of an app: finds the socket of a handshake. The code that runs sockets is loaded if there are any. */
export class AppSockets {
  readonly #app: AppState
  #loading: Promise<SocketHost> | undefined
  #host: SocketHost | undefined

  constructor(app: AppState) {
    this.#app = app
  }

  /** Tests whether a path is that of a socket. */
  has(path: string): boolean {
    return this.#app.sockets?.find('GET', path).kind === 'found'
  }

  /** Responds to the handshakes of the app's own sockets, and leaves every other request to the app. */
  before(respond: Respond): Respond {
    return (incoming) =>
      incoming.upgrade !== undefined && this.has(splitUrl(incoming.target).path)
        ? this.#respond(incoming)
        : respond(incoming)
  }

  async #respond(incoming: IncomingRequest): Promise<OutgoingResponse> {
    const host = this.#host ?? (await this.load())
    return await runRequest(incoming, (requestId) => host.respond(incoming, requestId))
  }

  /** Loads the code that runs sockets. */
  async load(): Promise<SocketHost> {
    this.#loading ??= import('../sockets/socket-host.ts').then(
      ({ SocketHost: Host }) => (this.#host = new Host(this.#app)),
    )
    return await this.#loading
  }

  /** Tells every client to connect again. */
  end(): void {
    this.#host?.end()
  }

  /** Ends all sockets, and waits until their dependencies are closed. The app can be used again. */
  async stop(): Promise<void> {
    const host = this.#host
    this.#loading = this.#host = undefined
    await host?.stop()
  }
}

/**
 * Returns the test for the request targets of sockets, those of mounted apps included; `undefined` without any.
 *
 * A server hands over the handshakes of these, and leaves every other request as it is.
 */
export function socketTest(
  { path: base, isStripped }: BasePath,
  own: AppSockets | undefined,
  mounted: Mounted | undefined,
): ((target: string) => boolean) | undefined {
  if (own === undefined && mounted?.hasSockets !== true) return undefined
  return (target) => {
    const inside = isStripped ? target : withoutPrefix(target, base)
    if (inside === undefined) return false
    return own?.has(splitUrl(inside).path) === true || mounted?.hasSocket(inside) === true
  }
}
