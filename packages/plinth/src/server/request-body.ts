import type { IncomingMessage } from 'node:http'
import { freshBodies } from '../http/upload/fresh-bodies.ts'

type BodyBytes = Uint8Array<ArrayBuffer>
type Chunk = Buffer<ArrayBuffer>

const connectionClosed = (incoming: IncomingMessage): Error =>
  incoming.errored ?? new Error('the connection closed')

/** Tells if a request declares a body, which may be empty. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined

/** Reads a whole body. Use it for a body with a declared length: Node's parser gives no more bytes than that. */
export function readAll(incoming: IncomingMessage): Promise<BodyBytes> {
  if (incoming.destroyed && !incoming.readableEnded) {
    const rest = restOf(incoming)
    return rest instanceof Error ? Promise.reject(rest) : Promise.resolve(rest)
  }
  return new Promise((resolve, reject) => {
    const chunks: Chunk[] = []
    incoming.on('data', (chunk: Chunk) => chunks.push(chunk))
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    // 'close' also follows 'end'. Errors have no event of their own without an 'error' listener.
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(connectionClosed(incoming))
    })
  })
}

/**
 * Returns the buffered rest of a body whose client has disconnected.
 *
 * No event announces it anymore. Returns an error if the body had not arrived completely.
 */
function restOf(incoming: IncomingMessage): BodyBytes | Error {
  if (!incoming.complete) return connectionClosed(incoming)
  return (incoming.read() as Chunk | null) ?? Buffer.alloc(0)
}

/**
 * A body as a web stream with backpressure: Node reads from the connection only while the consumer is reading.
 *
 * @param isTaken - called at the first read; true if the body was read without the stream, which is empty then
 */
export function bodyStream(
  incoming: IncomingMessage,
  isTaken: () => boolean,
): ReadableStream<BodyBytes> {
  const body = new ReadableStream(new BodySource(incoming, isTaken), { highWaterMark: 0 })
  freshBodies.add(body)
  return body
}

type Controller = ReadableStreamDefaultController<BodyBytes>

class BodySource {
  readonly #incoming: IncomingMessage
  readonly #isTaken: () => boolean
  #stopListening: (() => void) | undefined

  constructor(incoming: IncomingMessage, isTaken: () => boolean) {
    this.#incoming = incoming
    this.#isTaken = isTaken
  }

  pull(controller: Controller): void {
    if (this.#stopListening === undefined) this.#begin(controller)
    this.#incoming.resume()
  }

  /** Keeps the connection open: a response can still be sent, and the unread rest is discarded after it. */
  cancel(): void {
    this.#stopListening?.()
    this.#incoming.pause()
  }

  #begin(controller: Controller): void {
    const incoming = this.#incoming
    this.#stopListening = () => {}
    if (this.#isTaken()) return controller.close()
    if (incoming.destroyed && !incoming.readableEnded) {
      const rest = restOf(incoming)
      if (rest instanceof Error) return controller.error(rest)
      if (rest.length > 0) controller.enqueue(rest)
      return controller.close()
    }
    const onData = (chunk: Chunk): void => {
      incoming.pause()
      controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    }
    const onEnd = (): void => {
      this.#stopListening!()
      controller.close()
    }
    const onClose = (): void => {
      this.#stopListening!()
      controller.error(connectionClosed(incoming))
    }
    this.#stopListening = () =>
      void incoming.off('data', onData).off('end', onEnd).off('close', onClose)
    incoming.on('data', onData).on('end', onEnd).on('close', onClose)
  }
}

/** Timeout for a client that is still sending an unread body, in milliseconds. */
const discardTimeout = 500
const discardLimit = 64 * 1024 * 1024

/**
 * Discards the unread rest of a body after the response, so that the connection can be used again.
 *
 * A client that sends for too long, or too much, is disconnected.
 */
export function discardRest(incoming: IncomingMessage): void {
  if (incoming.readableEnded || incoming.destroyed) return
  let length = 0
  const stop = (): void => {
    clearTimeout(timer)
    incoming.off('data', onData).off('end', stop).off('close', stop)
  }
  const cut = (): void => {
    stop()
    incoming.socket.destroySoon()
  }
  const timer = setTimeout(cut, discardTimeout).unref()
  const onData = (chunk: Chunk): void => {
    length += chunk.length
    if (length > discardLimit) cut()
  }
  incoming.on('data', onData).on('end', stop).on('close', stop)
  incoming.resume()
}
