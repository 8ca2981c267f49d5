import { toJson } from '../client/build-request.ts'
import { readResponse } from '../client/read-response.ts'
import { incomingRequestOf } from '../http/incoming-request.ts'
import type { Respond } from '../http/internals.ts'
import { toResponse } from '../http/outgoing-response.ts'
import type { AcceptedSocket, SocketTransport, Upgrade } from '../http/upgrade/upgrade.types.ts'
import { IncomingMessages } from '../sockets/incoming-messages.ts'
import type { SocketEnd, TestSocket, TestSocketOptions } from './test-socket.types.ts'

/**
 * Opens a socket of an app in memory.
 *
 * @param target - its path and query string
 * @throws {ClientError} the handshake was refused; `status` and `problem` say why
 */
export async function testSocket(
  respond: Respond,
  target: string,
  { token, headers = {} }: TestSocketOptions,
): Promise<TestSocket<unknown, unknown>> {
  const request = new Request(`http://localhost${target}`, {
    headers: {
      connection: 'upgrade',
      upgrade: 'websocket',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  })
  const upgrade: Upgrade = { accepted: undefined }
  const response = await respond(Object.assign(incomingRequestOf(request), { upgrade }))
  const { accepted } = upgrade
  if (accepted !== undefined && response.status === 101) return new MemorySocket(accepted)
  accepted?.refuse(response.status)
  await readResponse({ method: 'get', path: target }, toResponse(response))
  throw new Error(
    `${target} is not a socket: the response is ${response.status}. Declare it with router.socket()`,
  )
}

/** Both ends of a socket: the connection that the app writes to, and the client of the test. */
class MemorySocket implements TestSocket<unknown, unknown> {
  readonly #accepted: AcceptedSocket
  readonly #ended = Promise.withResolvers<SocketEnd>()
  readonly #messages = new IncomingMessages({ onTake: () => this.#onRead() })
  /** The lengths of the messages that the test has not read, after older ones. */
  readonly #unread: number[] = []
  #end: SocketEnd | undefined
  #isSlow = false
  #paused: PromiseWithResolvers<void> | undefined

  constructor(accepted: AcceptedSocket) {
    this.#accepted = accepted
    accepted.open(this.#transport())
  }

  #transport(): SocketTransport {
    return {
      send: (text) => this.#deliver(text),
      ping: () => queueMicrotask(() => this.#accepted.onPong()),
      pause: () => void (this.#paused ??= Promise.withResolvers<void>()),
      resume: () => this.#resume(),
      close: (code, reason) => this.#over({ code, reason }),
      terminate: () => this.#over({ code: 1006, reason: '' }),
    }
  }

  #deliver(text: string): boolean {
    if (this.#end !== undefined) return true
    this.#unread.push(text.length)
    this.#messages.push(JSON.parse(text))
    this.#isSlow = this.#waiting() >= this.#accepted.mostWaiting
    return !this.#isSlow
  }

  #waiting(): number {
    this.#unread.splice(0, this.#unread.length - this.#messages.length)
    return this.#unread.reduce((sum, length) => sum + length, 0)
  }

  #onRead(): void {
    if (!this.#isSlow || this.#waiting() >= this.#accepted.mostWaiting) return
    this.#isSlow = false
    this.#accepted.onDrain()
  }

  #resume(): void {
    this.#paused?.resolve()
    this.#paused = undefined
  }

  #over(end: SocketEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#messages.end()
    this.#resume()
    this.#ended.resolve(end)
    // As over a network, the end arrives later than the call that caused it.
    queueMicrotask(() => this.#accepted.onClose(end.code))
  }

  get closed(): Promise<SocketEnd> {
    return this.#ended.promise
  }

  send(message: unknown): Promise<void> {
    return this.sendText(toJson(message))
  }

  async sendText(text: string): Promise<void> {
    await this.#paused?.promise
    if (this.#end !== undefined) throw closedError(this.#end)
    this.#accepted.onText(new TextEncoder().encode(text))
  }

  async receive(): Promise<unknown> {
    const next = await this.#messages.next()
    if (next.done === true) throw closedError(this.#end!)
    return next.value
  }

  close(code = 1000, reason = ''): void {
    this.#over({ code, reason })
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return { next: () => this.#messages.next() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }
}

const closedError = ({ code, reason }: SocketEnd): Error =>
  new Error(`The socket was closed: ${code}${reason && ` ${reason}`}`)
