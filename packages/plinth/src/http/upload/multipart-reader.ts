import { Dicer } from '@fastify/busboy'
import { HttpError } from '../../errors/http-error.ts'
import { endedEarly, tooLarge } from '../read-body.ts'
import { readPartHeaders, type PartHeaders, type RawHeaders } from './part-headers.ts'

/** A body that is read part by part. */
export interface MultipartSource {
  readonly body: ReadableStream<Uint8Array>
  /** The content type, with the boundary between the parts. */
  readonly type: string
  /** Bytes of the whole body. */
  readonly limit: number
  /** Ends the reading. */
  readonly signal: AbortSignal
}

/** A part of a form: its headers, its position, and its content, which must be read or drained. */
export interface Part extends PartHeaders {
  readonly position: number
  readonly content: Dicer.PartStream
}

const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_BODY' })
const notTheForm = (): HttpError => malformed('The body does not match its form content type')

/** The largest number of parts of a form, as of the parameters of a query string. */
const mostParts = 1000
const headerLimits = { maxHeaderPairs: 20, maxHeaderSize: 16_384 }

function boundaryOf(type: string): string {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))\s*(?:;|$)/i.exec(type)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined) throw notTheForm()
  return boundary
}

/** Reads a multipart body: the parts in order, with backpressure. */
export class MultipartReader {
  readonly #source: MultipartSource
  readonly #dicer: Dicer
  readonly #failed = Promise.withResolvers<never>()
  readonly #handled: Promise<void>[] = []
  readonly #contents: Dicer.PartStream[] = []

  /** @param take - called with each part in order; the next part arrives once it is read */
  constructor(source: MultipartSource, take: (part: Part) => Promise<void>) {
    this.#source = source
    this.#dicer = new Dicer({ boundary: boundaryOf(source.type), ...headerLimits })
    this.#dicer.on('error', () => this.#failed.reject(notTheForm()))
    this.#dicer.on('part', (content) => this.#open(content, take))
    // a failure is also thrown where it is awaited
    this.#failed.promise.catch(() => undefined)
  }

  #open(content: Dicer.PartStream, take: (part: Part) => Promise<void>): void {
    const position = this.#contents.push(content) - 1
    // without a listener, a body that breaks off would end the process
    content.on('error', () => undefined)
    if (position >= mostParts)
      return this.#failed.reject(malformed(`The form has more than ${mostParts} parts`))
    // the types of the parser say `object`
    content.once('header', (raw) => {
      const handled = (async () =>
        take({ ...readPartHeaders(raw as RawHeaders), position, content }))()
      handled.catch((error: unknown) => this.#failed.reject(error))
      this.#handled.push(handled)
    })
  }

  /**
   * Reads the whole body, and returns its length.
   *
   * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400; `PLINTH_CONTENT_TOO_LARGE`, 413
   * @throws the first error of the function that takes the parts, and the reason of the signal
   */
  async read(): Promise<number> {
    const { signal, body } = this.#source
    const reader = body.getReader()
    const aborted = Promise.withResolvers<never>()
    const onAbort = (): void => aborted.reject(signal.reason)
    aborted.promise.catch(() => undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      return await Promise.race([aborted.promise, this.#readParts(reader)])
    } catch (error) {
      // Not awaited: it may take until the client disconnects.
      reader.cancel().catch(() => undefined)
      this.#dicer.destroy()
      // the content of a client that left never ends by itself, and neither does its reader
      for (const content of this.#contents) content.destroy(error as Error)
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #readParts(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
    const { limit } = this.#source
    const finished = new Promise<void>((resolve) => this.#dicer.once('finish', resolve))
    let length = 0
    for (;;) {
      // Not raced with a failure: Node's stream of a FormData cannot be canceled while it is read.
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw endedEarly(error)
      })
      if (done) break
      length += value.byteLength
      if (length > limit) throw tooLarge(limit)
      const written = this.#write(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      // the parser never calls back for a chunk that has both a full part and the end of the form
      await this.#unlessFailed(Promise.race([written, finished]))
    }
    if (length === 0) return 0
    this.#dicer.end()
    await this.#unlessFailed(finished)
    // a part whose headers never ended, or that is empty without any
    if (this.#handled.length !== this.#contents.length) throw notTheForm()
    await this.#unlessFailed(Promise.all(this.#handled))
    return length
  }

  /** Throws as soon as a part is refused, since nothing reads the others then. */
  #unlessFailed(work: Promise<unknown>): Promise<unknown> {
    return Promise.race([this.#failed.promise, work])
  }

  /** Waits until the parts can take more. */
  #write(chunk: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#dicer.write(chunk, (error) => (error ? reject(error) : resolve()))
    })
  }
}
