import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
// Other runtimes do not have every function of it: a named import of one would fail at startup.
import * as zlib from 'node:zlib'
import type { BodyStream } from '../response-length.ts'
import type { Encoding } from './accept-encoding.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** One coding: for a body that is there, and for one that arrives piece by piece. */
interface Compressor {
  whole(body: Bytes): Promise<Bytes>
  /** Sends what it has after each piece, so that no line of a stream waits for the next. */
  stream(): Transform
}

// Node types the result as a view of any buffer.
type Compress = (body: Bytes, options: object) => Promise<Bytes>

// 4 costs a tenth of Brotli's default, which is for files that are compressed once.
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }

const compressors: Readonly<Record<Encoding, Compressor>> = {
  zstd: {
    whole: (body) => (promisify(zlib.zstdCompress) as Compress)(body, {}),
    stream: () => zlib.createZstdCompress({ flush: zlib.constants.ZSTD_e_flush }),
  },
  br: {
    whole: (body) => (promisify(zlib.brotliCompress) as Compress)(body, brotli),
    stream: () =>
      zlib.createBrotliCompress({ ...brotli, flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  },
  gzip: {
    whole: (body) => (promisify(zlib.gzip) as Compress)(body, {}),
    stream: () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  },
}

/** A body, and whether it is compressed. */
export interface CompressedBody {
  readonly body: Bytes | BodyStream
  readonly isCompressed: boolean
}

/**
 * Compresses a body that is complete by the next turn of the event loop in one piece, and any other as a stream.
 *
 * @param minSize - bytes: a complete body with fewer stays as it is
 */
export async function compressBody(
  source: BodyStream,
  encoding: Encoding,
  minSize: number,
): Promise<CompressedBody> {
  const compressor = compressors[encoding]
  const reader = source.getReader()
  const start = await readStart(reader)
  if (start.pending !== undefined)
    return { body: streamed(reader, start, compressor.stream()), isCompressed: true }
  const body: Bytes = Buffer.concat(start.chunks)
  if (body.byteLength < minSize) return { body, isCompressed: false }
  return { body: await compressor.whole(body), isCompressed: true }
}

type Reader = ReadableStreamDefaultReader<Bytes>

interface Start {
  readonly chunks: Bytes[]
  /** The pending read; `undefined` if the body is complete. */
  readonly pending: ReturnType<Reader['read']> | undefined
}

/** The largest number of chunks that are collected before a body counts as a stream. */
const mostCollected = 64

async function readStart(reader: Reader): Promise<Start> {
  const turn = nextTurn()
  const chunks: Bytes[] = []
  let pending = reader.read()
  while (chunks.length < mostCollected) {
    // `rest` sees the failure again.
    const read = await Promise.race([pending, turn]).catch(() => undefined)
    if (read === undefined) break
    if (read.done) return { chunks, pending: undefined }
    chunks.push(read.value)
    pending = reader.read()
  }
  return { chunks, pending }
}

async function* rest(reader: Reader, { chunks, pending }: Start): AsyncGenerator<Bytes> {
  yield* chunks
  for (let read = await pending!; !read.done; read = await reader.read()) yield read.value
}

function streamed(reader: Reader, start: Start, compressor: Transform): BodyStream {
  // Ends a read that waits: the generator could not be ended before.
  compressor.once('close', () => void reader.cancel().catch(() => undefined))
  // Without a listener, an error after the end would be an uncaught exception.
  compressor.on('error', () => undefined)
  // Its error is that of the returned stream.
  pipeline(rest(reader, start), compressor).catch(() => undefined)
  // Node and browsers have types of their own for the same class.
  const stream: unknown = Readable.toWeb(compressor)
  return stream as BodyStream
}
