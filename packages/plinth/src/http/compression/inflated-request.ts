import { pipeline } from 'node:stream/promises'
import type { Transform } from 'node:stream'
// Other runtimes do not have every function of it: a named import of one would fail at startup.
import * as zlib from 'node:zlib'
import { HttpError } from '../../errors/http-error.ts'
import type { IncomingRequest } from '../incoming-request.ts'
import { InnerRequest } from '../mounts/inner-request.ts'
import { tooLarge } from '../read-body.ts'
import type { BodyStream } from '../response-length.ts'
import type { Encoding } from './accept-encoding.ts'

const streams: Readonly<Record<Encoding, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  // 8 MiB, the window that every decoder has to support (RFC 8878). More would be memory for a caller to waste.
  zstd: () => zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } }),
}

/** The content codings that request bodies may have. */
export const inflatable: readonly string[] = Object.keys(streams)

/**
 * Returns the request with its body decompressed, as if it had been sent that way.
 *
 * A request without a body, or with another content coding, is returned as it is.
 *
 * @param max - bytes after decompression; more is a 413
 */
export function inflatedRequest(incoming: IncomingRequest, max: number): IncomingRequest {
  const sent = incoming.headers.get('content-encoding')?.trim().toLowerCase()
  const coding = sent === 'x-gzip' ? 'gzip' : sent
  if (coding === undefined || !isInflatable(coding)) return incoming
  const whole = incoming.whole()
  if (whole.body === null) return incoming
  const headers = new Headers(whole.headers)
  headers.delete('content-encoding')
  headers.delete('content-length')
  const body = inflatedBody(whole.body as BodyStream, { coding, max })
  // In two steps, since the DOM's types do not know `duplex`.
  const init = { headers, body, duplex: 'half' } as const
  return new InnerRequest(incoming, { request: new Request(whole, init) })
}

const isInflatable = (coding: string): coding is Encoding => Object.hasOwn(streams, coding)

interface Inflation {
  readonly coding: Encoding
  readonly max: number
}

/** Begins to read and to decompress with the first read of the result. */
function inflatedBody(source: BodyStream, { coding, max }: Inflation): BodyStream {
  const reader = source.getReader()
  let decompressor: Transform | undefined
  let inflated: AsyncIterator<Buffer<ArrayBuffer>> | undefined
  let length = 0
  const stop = (): void => {
    decompressor?.destroy()
    void reader.cancel().catch(() => undefined)
  }
  const begin = (): AsyncIterator<Buffer<ArrayBuffer>> => {
    decompressor = streams[coding]()
    // Also after the end of the body, when no reader is left: it would be an uncaught exception.
    decompressor.on('error', () => undefined)
    pipeline(chunks(reader, max), decompressor).catch(() => undefined)
    return decompressor[Symbol.asyncIterator]() as AsyncIterator<Buffer<ArrayBuffer>>
  }
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await (inflated ??= begin()).next()
          if (done === true) return controller.close()
          length += value.byteLength
          if (length > max) throw tooLarge(max)
          controller.enqueue(value)
        } catch (error) {
          stop()
          controller.error(error instanceof HttpError ? error : malformed(coding, error))
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  )
}

/** The body as it was sent. A decompressor needs time for bytes that decompress to nothing, so these count, too. */
async function* chunks(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  max: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let length = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength
    if (length > max) throw tooLarge(max)
    yield read.value
  }
}

const malformed = (coding: Encoding, cause: unknown): HttpError =>
  new HttpError(400, `The body ended early, or is not valid ${coding}`, {
    code: 'PLINTH_MALFORMED_BODY',
    cause,
  })
