import { types } from 'node:util'
import { attachmentOf } from '../../http/content-disposition.ts'
import { Download, fileOf } from '../../http/content/download.ts'
import { loadFileResponse } from '../../http/files/load-file-response.ts'
import { Html } from '../../http/content/html.ts'
import { setPagePolicy } from '../../http/outgoing-response.ts'
import { withExactLength } from '../../http/response-length.ts'
import { isWithin } from './check-response.ts'
import type { CompiledResponse } from './compile-response.ts'
import type { EncodedResult } from './encoded-result.types.ts'
import { invalidResponse } from './invalid-response.ts'
import type { RequestRun } from '../request-run.ts'

/** Encodes a text. A page gets its policy. */
export function encodeText(run: RequestRun, type: string, value: unknown): EncodedResult {
  const text = value instanceof Html ? value.toString() : value
  if (typeof text !== 'string')
    throw invalidResponse(run.route, `returned ${nameOf(value)}, and ${type} needs a string`)
  if (type === 'text/html') setPagePolicy(run.exchange)
  return { kind: 'text', text, type: `${type}; charset=utf-8` }
}

const beyondUrl = /[^\u0021-\u007e]+/g

/** Encodes a redirect: the value is its location. */
export function encodeRedirect({ route, exchange }: RequestRun, value: unknown): EncodedResult {
  const location = value instanceof URL ? value.href : value
  if (typeof location !== 'string' || location === '')
    throw invalidResponse(route, `returned ${nameOf(value)}, and redirect() needs a URL or a path`)
  exchange.reply.header(
    'location',
    location.replace(beyondUrl, (signs) => encodeURIComponent(signs.toWellFormed())),
  )
  return { kind: 'text', text: null }
}

/** Builds the response of a route with `bytes()`. */
export function bytesResponse(
  run: RequestRun,
  { status, type = '*/*' }: CompiledResponse,
  value: unknown,
): Response | Promise<Response> {
  const { exchange, route } = run
  const own = exchange.replied?.headers.findLast(([name]) => name === 'content-type')?.[1]
  const isRange = type.includes('*')
  const typeOf = (found: string | undefined): string => {
    const sent = own ?? (isRange ? (found ?? 'application/octet-stream') : type)
    if (isWithin(sent, type)) return sent
    throw invalidResponse(route, `returned bytes of the type ${sent}, and declares ${type}`)
  }
  if (value instanceof Download) return downloadResponse(value, { run, status, typeOf })
  const found = value instanceof Blob && value.type !== '' ? value.type : undefined
  const headers: Record<string, string> = { 'content-type': typeOf(found) }
  if (value instanceof Blob) headers['content-length'] = String(value.size)
  if (value instanceof Uint8Array || types.isArrayBuffer(value))
    headers['content-length'] = String(value.byteLength)
  return new Response(bodyOf(run, value), { status, headers })
}

/** A stream of the chunks of a generator. A type of `ReadableStream` may lack `from()`. */
function streamOfChunks(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await iterator.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

interface DownloadParts {
  readonly run: RequestRun
  readonly status: number
  /** Returns the media type to send for that of a file. */
  readonly typeOf: (found: string) => string
}

/** Builds the response of a download. A part of the file, or a 304, is the response to a GET alone. */
async function downloadResponse(
  download: Download,
  { run, status, typeOf }: DownloadParts,
): Promise<Response> {
  const file = await fileOf(download)
  const { fileResponse, typeOfFile } = await loadFileResponse()
  const given: Record<string, string> = {
    // Without it, caches would have to guess how long the file is valid.
    'cache-control': 'private, no-cache',
    'content-type': typeOf(typeOfFile(file.path)),
    ...(download.name !== undefined && { 'content-disposition': attachmentOf(download.name) }),
  }
  const { method, headers } = run.exchange.incoming
  if (status === 200 && (method === 'GET' || method === 'HEAD'))
    return fileResponse(file, { method, headers }, given)
  const whole = fileResponse(file, { method, headers: new Headers() }, given)
  return withExactLength(new Response(whole.body, { status, headers: whole.headers }))
}

function bodyOf({ route }: RequestRun, value: unknown): ConstructorParameters<typeof Response>[0] {
  if (value instanceof Blob || value instanceof ReadableStream) return value
  if (value instanceof Uint8Array || types.isArrayBuffer(value))
    return value as Uint8Array<ArrayBuffer>
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)
    return streamOfChunks(value as AsyncIterable<Uint8Array<ArrayBuffer>>)
  throw invalidResponse(
    route,
    `returned ${nameOf(value)}, and bytes() needs a Uint8Array, a Blob, a stream or a download()`,
  )
}

const nameOf = (value: unknown): string =>
  value === null || typeof value !== 'object' ? typeof value : 'an object of another kind'
