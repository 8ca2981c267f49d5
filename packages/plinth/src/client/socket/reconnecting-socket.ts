import { callName, toJson, urlOf, type ClientCall } from '../build-request.ts'
import type { ClientSetup } from '../client-setup.ts'
import { withKey } from '../credentials.ts'
import { isOnline, onNetwork } from '../network.ts'
import { retryBackoff } from '../retry-backoff.ts'
import { MessageInbox, type End } from './message-inbox.ts'
import { isFinal, SocketClosed, type ClosedBy } from './socket-closed.ts'
import { protocolsOf } from './socket-protocols.ts'
import type { ClientSocket, SocketOptions } from './socket.types.ts'

/** A socket with every argument that any of them may take. */
export type SocketCall = Pick<ClientCall, 'method' | 'path' | 'params' | 'query' | 'search'> &
  SocketOptions

/** The page in a browser. Node has none. */
const page = globalThis as { readonly location?: { readonly href: string } }

/** Milliseconds after which a connection counts as good, so that earlier failures are forgotten. */
const stableTime = 10_000
/** Bytes that may wait for the network before `send()` waits, too. */
const maxBuffered = 262_144
/** Milliseconds between looks at these bytes: the platform has no event for them. */
const bufferInterval = 20
const defaultBuffer = 10_000
/** A first connection may have been refused for good, which a browser does not say. */
const defaultRetries = { first: 2, later: 60 }

/** A WebSocket that reconnects with backoff, until it is closed for good. */
export class ReconnectingSocket implements ClientSocket<unknown, unknown> {
  readonly #setup: ClientSetup
  readonly #call: SocketCall
  readonly #name: string
  readonly #url: string
  readonly #inbox = new MessageInbox()
  readonly #forget: readonly (() => void)[]
  #opened = unobserved<WebSocket>()
  #current: WebSocket | undefined
  #openedAt: number | undefined
  #wasOpen = false
  #over: { readonly error: unknown } | undefined
  #failures = 0
  #lastClosed: SocketClosed | undefined
  #token: string | undefined
  /** A browser does not say whether the server refused the token, or could not be reached. */
  #mayBeRefused = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @throws {TypeError} a parameter is missing, or a credential cannot be sent */
  constructor(setup: ClientSetup, call: SocketCall) {
    this.#setup = setup
    this.#call = call
    this.#name = callName(call)
    const url = new URL(withKey(urlOf(setup.url, call), setup.options), page.location?.href)
    this.#url = url.href.replace(/^http/, 'ws')
    protocolsOf(this.#name, setup.options, undefined)
    this.#forget = [onNetwork('online', this.#online), onNetwork('offline', this.#offline)]
    call.signal?.addEventListener('abort', this.#aborted)
    if (call.signal?.aborted === true) this.#aborted()
    else void this.#connect()
  }

  get state(): 'connecting' | 'open' | 'closed' {
    if (this.#over !== undefined) return 'closed'
    return this.#openedAt === undefined ? 'connecting' : 'open'
  }

  async send(message: unknown): Promise<void> {
    const text = toJson(message)
    let ws = await this.#whenOpen()
    while (ws.readyState !== ws.OPEN) {
      // It is closing, and would drop the message without an error.
      await new Promise((resolve) => ws.addEventListener('close', resolve))
      ws = await this.#whenOpen()
    }
    ws.send(text)
    while (ws.bufferedAmount > maxBuffered && ws.readyState === ws.OPEN)
      await new Promise((resolve) => setTimeout(resolve, bufferInterval))
  }

  async receive(): Promise<unknown> {
    const next = await this.#inbox.next()
    if (next.done === true) throw this.#over!.error
    return next.value
  }

  close(code = 1000, reason = ''): void {
    if (this.#over !== undefined) return
    this.#current?.close(code, reason)
    this.#end({})
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    return { next: () => this.#inbox.next() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  async #whenOpen(): Promise<WebSocket> {
    if (this.#over !== undefined) throw this.#over.error
    return this.#opened.promise
  }

  async #connect(): Promise<void> {
    this.#timer = undefined
    let token: string | undefined
    try {
      token = await this.#nextToken()
    } catch (cause) {
      return this.#lost({ code: 1006, reason: '', cause })
    }
    if (this.#over !== undefined) return
    if (this.#lastClosed?.code === 4401 && token === this.#token)
      return this.#end({ error: this.#lastClosed })
    this.#token = token
    try {
      this.#listen(new WebSocket(this.#url, protocolsOf(this.#name, this.#setup.options, token)))
    } catch (error) {
      this.#end({ error })
    }
  }

  async #nextToken(): Promise<string | undefined> {
    const { token: source } = this.#setup.options
    if (typeof source !== 'function') return source
    return source(this.#mayBeRefused ? this.#token : undefined)
  }

  #listen(ws: WebSocket): void {
    this.#current = ws
    ws.addEventListener('open', () => {
      if (ws !== this.#current) return
      const isAgain = this.#wasOpen
      this.#wasOpen = true
      this.#openedAt = performance.now()
      this.#lastClosed = undefined
      this.#mayBeRefused = false
      this.#opened.resolve(ws)
      if (isAgain) this.#call.onReconnect?.()
    })
    ws.addEventListener('message', ({ data }) => {
      if (ws === this.#current) this.#receive(data)
    })
    ws.addEventListener('close', ({ code, reason }) => {
      if (ws === this.#current) this.#lost({ code, reason })
    })
  }

  #receive(data: unknown): void {
    const { buffer = defaultBuffer } = this.#call
    if (this.#inbox.size >= buffer) {
      const reason = `${buffer} messages were not read: read them with for await, or set buffer`
      return this.#fail({ code: 1008, reason })
    }
    try {
      this.#inbox.push(JSON.parse(data as string))
    } catch (cause) {
      this.#fail({ code: 1007, reason: 'The server sent something other than JSON', cause })
    }
  }

  #fail(by: ClosedBy): void {
    this.#current?.close()
    this.#end({ error: new SocketClosed(this.#name, by) })
  }
  /** Reacts to a failed attempt, or to the end of a connection: reconnects later, or gives up. */
  #lost(by: ClosedBy): void {
    if (this.#over !== undefined) return
    if (by.code === 1000) return this.#end({})
    const isOpen = this.#openedAt !== undefined
    if (isOpen && performance.now() - this.#openedAt! >= stableTime) this.#failures = 0
    if (isOnline()) this.#failures += 1
    this.#openedAt = undefined
    this.#current = undefined
    const closed = new SocketClosed(this.#name, by)
    this.#lastClosed = closed
    if (by.cause === undefined) this.#mayBeRefused = !isOpen || by.code === 4401
    if (!this.#mayReconnect(closed)) return this.#end({ error: closed })
    if (isOpen) this.#opened = unobserved()
    // From a random part of a second on: after a deploy, all clients come back at once.
    const delay = retryBackoff(this.#failures + 2, null)
    this.#timer = setTimeout(() => void this.#connect(), delay)
    if (isOpen) this.#call.onDisconnect?.(closed)
  }

  #mayReconnect(closed: SocketClosed): boolean {
    const { reconnect = (by: SocketClosed) => !isFinal(by.code), retries } = this.#call
    const most = retries ?? (this.#wasOpen ? defaultRetries.later : defaultRetries.first)
    return reconnect !== false && reconnect(closed) && this.#failures <= most
  }

  #end(end: End): void {
    if (this.#over !== undefined) return
    const error = end.error ?? new SocketClosed(this.#name, { code: 1000, reason: 'it has ended' })
    this.#over = { error }
    clearTimeout(this.#timer)
    for (const forget of this.#forget) forget()
    this.#call.signal?.removeEventListener('abort', this.#aborted)
    this.#opened.reject(error)
    this.#inbox.end(end)
  }

  readonly #aborted = (): void => {
    this.#current?.close(1000)
    this.#end({ error: this.#call.signal?.reason })
  }
  readonly #online = (): void => {
    this.#failures = 0
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    void this.#connect()
  }
  /** A connection that died with the network is not closed by itself, so a reader would wait forever. */
  readonly #offline = (): void => {
    if (this.#openedAt === undefined) return
    this.#current?.close()
    this.#lost({ code: 1006, reason: 'the browser is offline' })
  }
}

/** A promise whose rejection need not be handled. */
function unobserved<T>(): PromiseWithResolvers<T> {
  const made = Promise.withResolvers<T>()
  made.promise.catch(() => undefined)
  return made
}
