import { Dicer } from '@fastify/busboy'
import { HttpError } from '../../errors/http-error.ts'
import { endedEarly, tooLarge } from '../read-body.ts'
import { freeChunk, freshBodies } from './fresh-bodies.ts'
import { PartContent } from './part-content.ts'
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
  readonly content: PartContent
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
  readonly #handled: Promise<void>[] = []
  readonly #contents: PartContent[] = []
  #failure: { readonly error: unknown } | undefined
  #isFinished = false
  #step: PromiseWithResolvers<unknown> | undefined

  /** @param take - called with each part in order; the next part arrives once it is read */
  constructor(source: MultipartSource, take: (part: Part) => Promise<void>) {
    this.#source = source
    this.#dicer = new Dicer({ boundary: boundaryOf(source.type), ...headerLimits })
    this.#dicer.on('error', () => this.#fail(notTheForm()))
    this.#dicer.on('part', (stream) => this.#open(stream, take))
    this.#dicer.once('finish', () => {
      this.#isFinished = true
      this.#step?.resolve(undefined)
    })
  }

  #open(stream: Dicer.PartStream, take: (part: Part) => Promise<void>): void {
    const content = new PartContent(stream)
    const position = this.#contents.push(content) - 1
    if (position >= mostParts)
      return this.#fail(malformed(`The form has more than ${mostParts} parts`))
    // the types of the parser say `object`
    stream.once('header', (raw) => {
      const handled = (async () =>
        take({ ...readPartHeaders(raw as RawHeaders), position, content }))()
      handled.catch((error: unknown) => this.#fail(error))
      this.#handled.push(handled)
    })
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#step?.reject(this.#failure.error)
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
      for (const content of this.#contents) content.destroy(error as Error)
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  async #readParts(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<number> {
    const { limit, body } = this.#source
    const isFresh = freshBodies.has(body)
    let length = 0
    for (;;) {
      // Not raced with a failure: Node's stream of a FormData cannot be canceled while it is read.
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw endedEarly(error)
      })
      if (done) break
      length += value.byteLength
      if (length > limit) throw tooLarge(limit)
      await this.#write(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
      if (!isFresh) continue
      await this.#consumed()
      freeChunk(value)
    }
    if (length === 0) return 0
    this.#dicer.end()
    await this.#unlessFailed((step) => {
      if (this.#isFinished) step.resolve(undefined)
    })
    // a part whose headers never ended, or that is empty without any
    if (this.#handled.length !== this.#contents.length) throw notTheForm()
    await this.#unlessFailed((step) => {
      Promise.all(this.#handled).then(step.resolve, step.reject)
    })
    return length
  }

  /**
   * Waits for a step, or for the first failure, since nothing reads the other parts then.
   *
   * `Promise.race()` with one promise of the failure would keep each step in memory until the end.
   */
  #unlessFailed(begin: (step: PromiseWithResolvers<unknown>) => void): Promise<unknown> {
    const step = Promise.withResolvers<unknown>()
    this.#step = step
    if (this.#failure === undefined) begin(step)
    else step.reject(this.#failure.error)
    return step.promise
  }

  /** Waits until the parts can take more. */
  #write(chunk: Buffer): Promise<unknown> {
    return this.#unlessFailed((step) => {
      this.#dicer.write(chunk, (error) => (error ? step.reject(error) : step.resolve(undefined)))
      // the parser never calls back for a chunk that has both a full part and the end of the form
      if (this.#isFinished) step.resolve(undefined)
    })
  }

  /** Waits until nothing refers to the chunks that were written. */
  async #consumed(): Promise<void> {
    for (const content of this.#contents) {
      const consumed = content.consumed()
      if (consumed !== undefined)
        await this.#unlessFailed((step) => {
          void consumed.then(step.resolve)
        })
    }
  }
}
