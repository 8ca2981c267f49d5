import { pageHeaders } from './page-headers.ts'

/** Milliseconds between comments, which keep the connection open and find clients that have gone. */
const heartbeat = 15_000
/** The most streams at a time: one per open page. Another one ends the oldest. */
const mostStreams = 20

/** The server-sent events of the page. Every open page has one stream, and everything that is live comes by it. */
export class EventStreams {
  /** The open streams, each with the timer of its heartbeat. */
  readonly #open = new Map<Controller, NodeJS.Timeout>()
  readonly #encoder = new TextEncoder()
  #isEnded = false

  /** The number of open streams. */
  get size(): number {
    return this.#open.size
  }

  /** Opens a stream that begins with these events. */
  open(first: readonly string[]): Response {
    if (this.#isEnded) return new Response(null, { status: 204, headers: pageHeaders })
    for (const [oldest] of [...this.#open].slice(0, Math.max(0, this.#open.size + 1 - mostStreams)))
      this.#close(oldest)
    let own: Controller | undefined
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller
        const beat = setInterval(() => this.#write(controller, ': \n\n'), heartbeat).unref()
        this.#open.set(controller, beat)
        controller.enqueue(this.#encoder.encode(`retry: 1000\n\n${first.join('')}`))
      },
      cancel: () => {
        if (own !== undefined) this.#forget(own)
      },
    })
    return new Response(body, {
      headers: { ...pageHeaders, 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    })
  }

  /** Sends an event to every open page. */
  send(event: string): void {
    for (const each of this.#open.keys()) this.#write(each, event)
  }

  /** Ends all streams, now and later: the server stops, and waits for its responses. */
  end(): void {
    this.#isEnded = true
    for (const each of this.#open.keys()) this.#close(each)
  }

  #write(controller: Controller, text: string): void {
    // A page that does not read is dropped: it reconnects, and gets what it missed.
    if ((controller.desiredSize ?? 0) < -mostPending) return this.#close(controller)
    controller.enqueue(this.#encoder.encode(text))
  }

  #close(controller: Controller): void {
    this.#forget(controller)
    controller.close()
  }

  #forget(controller: Controller): void {
    clearInterval(this.#open.get(controller))
    this.#open.delete(controller)
  }
}

type Controller = ReadableStreamDefaultController<Uint8Array>

/** Events that may wait for a page that is slow to read. */
const mostPending = 500

/** Formats a server-sent event. */
export const sseEvent = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
