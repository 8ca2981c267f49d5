import type { HeaderReader, IncomingRequest, RouteName } from '../incoming-request.ts'

/** A request as an app sees it that is mounted below a prefix: its target begins after the prefix. */
export class PrefixedRequest implements IncomingRequest {
  readonly method: string
  readonly target: string
  readonly basePath: string
  readonly headers: HeaderReader
  readonly #outer: IncomingRequest

  /** @param prefix - the start of the target, such as `/v2`; may be empty */
  constructor(outer: IncomingRequest, prefix: string) {
    const rest = outer.target.slice(prefix.length)
    this.method = outer.method
    this.target = rest.startsWith('/') ? rest : `/${rest}`
    this.basePath = outer.basePath + prefix
    this.headers = outer.headers
    this.#outer = outer
  }

  get route(): RouteName | undefined {
    return this.#outer.route
  }
  set route(route: RouteName | undefined) {
    this.#outer.route = route
  }
  whole(): Request {
    return this.#outer.whole()
  }
  get signal(): AbortSignal {
    return this.#outer.signal
  }
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#outer.bytes()
  }
}
