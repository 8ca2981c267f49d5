import { setImmediate as nextTurn } from 'node:timers/promises'
import { isBrokenOff } from '../http/stream-body.ts'
import type { GuardedResponse } from './guarded-response.ts'

type BodyReader = ReadableStreamDefaultReader<Uint8Array>
type BodyRead = Awaited<ReturnType<BodyReader['read']>>

/** A response whose body is a web stream. */
export interface StreamedResponse {
  readonly status: number
  /** Names and values alternate. */
  readonly headers: string[]
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Sends a web stream with backpressure.
 *
 * The next chunk is read when the client has taken the ones before. A client that disconnects cancels the stream; a
 * stream that fails cuts the connection.
 *
 * @throws {TypeError} the stream is locked
 */
export function streamResponse(outgoing: GuardedResponse, response: StreamedResponse): void {
  const reader = response.body.getReader()
  const cancel = (): void => void reader.cancel().catch(() => undefined)
  if (outgoing.destroyed) return cancel()
  outgoing.once('close', cancel)
  pump(outgoing, response, reader).catch((error: unknown) => {
    if (outgoing.destroyed) return
    cancel()
    if (outgoing.headersSent && !isBrokenOff(error))
      outgoing.owner?.log.error({ err: error }, 'the body of a response failed')
    outgoing.fail(error)
  })
}

async function pump(
  outgoing: GuardedResponse,
  { status, headers }: StreamedResponse,
  reader: BodyReader,
): Promise<void> {
  // With a declared length, the head can be sent immediately.
  const isMeasured = has(headers, 'content-length')
  const { chunks, length, pending } = isMeasured
    ? { chunks: [], length: 0, pending: reader.read() }
    : await readAvailable(reader)
  if (outgoing.destroyed) return
  const isWhole = pending === undefined
  if (isWhole) headers.push('content-length', String(length))
  // A body that is longer than declared would become a part of the next response on the connection.
  outgoing.strictContentLength = true
  outgoing.writeHead(status, headers)
  if (isWhole) return void outgoing.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  if (outgoing.req.method === 'HEAD') {
    void reader.cancel().catch(() => undefined)
    return void outgoing.end()
  }
  outgoing.beginStream()
  // Flushes the head. `flushHeaders` would encode it as UTF-8, and headers are Latin-1.
  if (chunks.length === 0) outgoing.write(noBytes)
  for (const chunk of chunks) outgoing.write(chunk)
  await sendRest(outgoing, reader, pending)
}

const noBytes = new Uint8Array(0)

async function sendRest(
  outgoing: GuardedResponse,
  reader: BodyReader,
  pending: Promise<BodyRead>,
): Promise<void> {
  for (let read = await pending; !read.done; read = await reader.read()) {
    if (outgoing.destroyed) return
    if (!outgoing.write(bytesOf(read.value))) await drained(outgoing)
  }
  if (!outgoing.destroyed) outgoing.end()
}

/** The start of a body. */
interface Available {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  /** The pending read; `undefined` if the body is complete. */
  readonly pending: Promise<BodyRead> | undefined
}

/** The largest number of chunks that are collected before the head is sent. */
const mostCollected = 8

/**
 * Reads the chunks that are available by the next turn of the event loop.
 *
 * A body that is complete by then is sent with its length. The head of a slower one is sent without waiting.
 */
async function readAvailable(reader: BodyReader): Promise<Available> {
  const turn = nextTurn()
  const chunks: Uint8Array[] = []
  let length = 0
  let pending = reader.read()
  while (chunks.length < mostCollected) {
    // `sendRest` sees the failure again: what was read before it is still sent.
    const read = await Promise.race([pending, turn]).catch(() => undefined)
    if (read === undefined) break
    if (read.done) return { chunks, length, pending: undefined }
    chunks.push(bytesOf(read.value))
    length += read.value.byteLength
    pending = reader.read()
  }
  return { chunks, length, pending }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('The body of a Response is a stream of something other than Uint8Array')
}

/** Resolves when the client has taken the bytes written so far, or has disconnected. */
function drained(outgoing: GuardedResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
  })
}

function has(headers: readonly string[], name: string): boolean {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return true
  return false
}
