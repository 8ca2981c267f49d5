import type { IncomingMessage, ServerResponse } from 'node:http'
import { RawText } from '../http/raw-text.ts'
import type { IncomingRequest, HeaderReader } from '../http/incoming-request.ts'
import type { OutgoingResponse } from '../http/outgoing-response.ts'
import { TextResponse } from '../http/text-response.ts'
import type { LateAdapter } from './adapter.ts'
import { giveUp } from './guarded-response.ts'
import { writeHead } from './write-head.ts'

/** A request as Node has read it, and the answer to it. The adapter has its hands in it only where it must. */
export class NodeRequest implements IncomingRequest {
  readonly method: string
  readonly target: string
  readonly headers: HeaderReader
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #adapter: LateAdapter
  #whole: Request | undefined
  #isTaken = false
  #respond: ((response: Response) => void) | undefined

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, adapter: LateAdapter) {
    this.method = incoming.method!
    this.target = incoming.url!
    this.headers = new NodeHeaders(incoming)
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#adapter = adapter
  }

  whole(): Request {
    if (this.#whole !== undefined) return this.#whole
    const { adapt } = this.#adapter
    if (adapt === undefined) return (this.#whole = this.#bodyless(goneSignal(this.#outgoing)))
    const { promise, resolve } = Promise.withResolvers<Response>()
    const request = adapt(this.#incoming, this.#outgoing, promise)
    this.#respond = resolve
    // It is to know that its body was taken already.
    if (this.#isTaken) void request.arrayBuffer().catch(() => {})
    // Of a client that went away already the adapter would hear nothing, and abort nothing.
    const isGone = hasGone(this.#outgoing)
    return (this.#whole = isGone ? this.#bodyless(AbortSignal.abort()) : request)
  }

  /** Made without the adapter. */
  #bodyless(signal: AbortSignal): Request {
    const { method, target } = this
    const headers = pairsOf(this.#incoming.rawHeaders)
    return new Request(`http://${this.headers.get('host')}${target}`, { method, headers, signal })
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#whole !== undefined)
      return this.#whole.arrayBuffer().then((buffer) => new Uint8Array(buffer))
    this.#isTaken = true
    return bodyOf(this.#incoming)
  }

  /** Throws nothing: nobody is there to catch it. */
  send(answer: OutgoingResponse): void {
    try {
      this.#send(answer)
    } catch (error) {
      giveUp(this.#outgoing, error)
    }
  }

  #send(answer: OutgoingResponse): void {
    const isPlain = answer instanceof TextResponse
    if (isPlain && this.#isOrdinary) return this.#write(answer)
    if (this.#adapter.adapt !== undefined) return this.#handOver(answer)
    this.#adapter.whenLoaded(this.#outgoing, () => this.#handOver(answer))
  }

  #handOver(answer: OutgoingResponse): void {
    // The one that was made before there was the adapter.
    if (this.#respond === undefined) this.#whole = undefined
    this.whole()
    this.#respond!(answer instanceof TextResponse ? answer.toResponse() : answer)
  }

  get #isOrdinary(): boolean {
    // What was not read of a body the adapter drains, and of what a closing server has set Node keeps one header each.
    const isRead = this.#incoming.readableEnded || !this.headers.has('content-length')
    return isRead && this.#respond === undefined && !this.#outgoing.hasHeader('connection')
  }

  #write(answer: TextResponse): void {
    const { body } = answer
    if (body instanceof RawText) {
      writeHead(this.#outgoing, answer, body.length)
      return void this.#outgoing.end(body.latin1, 'latin1')
    }
    const length = body === null ? 0 : Buffer.byteLength(body)
    writeHead(this.#outgoing, answer, length)
    if (body === null) this.#outgoing.end()
    // Node joins a head and a text, and writes both in one encoding; a head is Latin-1. So is a text of ASCII, and to
    // copy it costs a third of encoding it.
    else if (length === body.length) this.#outgoing.end(body, 'latin1')
    else this.#outgoing.end(answer.isAscii ? body : Buffer.from(body))
  }
}

const hasGone = ({ destroyed, writableFinished }: ServerResponse): boolean =>
  destroyed && !writableFinished

/** Aborts when the client goes away before it has its answer. */
function goneSignal(outgoing: ServerResponse): AbortSignal {
  if (hasGone(outgoing)) return AbortSignal.abort()
  const gone = new AbortController()
  outgoing.once('close', () => {
    if (hasGone(outgoing)) gone.abort()
  })
  return gone.signal
}

const pairsOf = (rawHeaders: readonly string[]): [string, string][] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!]] : []))

/** A body whose length was declared: Node gives no more of it. */
function bodyOf(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  if (incoming.destroyed && !incoming.readableEnded) return bodyLeft(incoming)
  return new Promise((resolve, reject) => {
    let body: Buffer<ArrayBuffer> | undefined
    incoming.on('data', (chunk: Buffer<ArrayBuffer>) => {
      body = body === undefined ? chunk : Buffer.concat([body, chunk])
    })
    incoming.on('end', () => resolve(body ?? Buffer.alloc(0)))
    // After the end, too. Without a listener of its own there is no event for an error.
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(incoming.errored ?? new Error('the connection closed'))
    })
  })
}

/** What there is of a body whose client went away before it was asked for: no event will tell of it any more. */
function bodyLeft(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  if (!incoming.complete) return Promise.reject(new Error('the connection closed'))
  return Promise.resolve((incoming.read() as Buffer<ArrayBuffer> | null) ?? Buffer.alloc(0))
}

// Of these Node's own record has the first only, where `Headers` has all of them. Those that may not come twice
// (serve-guard.ts) need not be looked for.
const firstOnly = new Set(
  'age etag expires from if-modified-since if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after server user-agent'.split(
    ' ',
  ),
)

/** A request's headers, read as `Headers` reads them. */
class NodeHeaders implements HeaderReader {
  readonly #incoming: IncomingMessage

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming
  }

  get(name: string): string | null {
    const { headers, rawHeaders } = this.#incoming
    const value = headers[name]
    if (value === undefined) {
      const lower = name.toLowerCase()
      return lower === name ? null : this.get(lower)
    }
    if (typeof value !== 'string' || firstOnly.has(name)) return joined(rawHeaders, name)
    return trimmed(value)
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }
}

function joined(rawHeaders: readonly string[], lower: string): string | null {
  const values: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === lower.length && name.toLowerCase() === lower)
      values.push(trimmed(rawHeaders[at + 1]!))
  }
  if (values.length === 1) return values[0]!
  return values.length === 0 ? null : values.join(lower === 'cookie' ? '; ' : ', ')
}

const isSpace = (text: string, at: number): boolean => text.charCodeAt(at) <= 0x20

/** HTTP's own white space: that of JavaScript is more. */
const trimmed = (value: string): string =>
  isSpace(value, 0) || isSpace(value, value.length - 1)
    ? value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
    : value
