import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { BodyStream } from '../response-length.ts'
import { chooseEncoding, type Encoding } from '../compression/accept-encoding.ts'
import { compressBody } from '../compression/compressed-body.ts'
import type { Middleware } from './middleware.types.ts'

/** Options of {@link compress}. */
export interface CompressOptions {
  /** Bytes: a smaller body is sent as it is. Default 1024. A body that streams counts as large. */
  readonly minSize?: number
  /** The content codings, in order of preference. Default `['zstd', 'br', 'gzip']`. */
  readonly encodings?: readonly ('zstd' | 'br' | 'gzip')[]
}

const compressOptions: OptionNames<CompressOptions> = { minSize: true, encodings: true }
const known: readonly Encoding[] = ['zstd', 'br', 'gzip']

const compressible =
  /^(?:text\/(?!event-stream)[\w.+-]+|application\/(?:json|jsonl|javascript|xml|wasm|manifest\+json|[\w.-]+\+(?:json|xml))|image\/(?:svg\+xml|bmp)|font\/(?:ttf|otf))\s*(?:;|$)/i

/**
 * Compresses responses with zstd, Brotli or gzip, whichever `Accept-Encoding` allows and prefers.
 *
 * Server-sent events, bodies that are encoded already, ranges, types that do not shrink (images, video), and responses
 * with `Cache-Control: no-transform` are sent as they are. An `ETag` becomes weak, and optimistic locking by `If-Match`
 * still works with it.
 *
 * Behind a proxy or CDN that compresses, leave it out. Do not use it where a response contains a secret beside text
 * that a foreign page can choose: its size would leak the secret (BREACH).
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option or an encoding that does not exist
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 * @example
 * ```ts
 * import { app, compress } from 'plinth'
 *
 * export const api = app({ title: 'Tasks', routes: {}, around: [compress({ minSize: 2000 })] })
 * ```
 */
export function compress(options: CompressOptions = {}): Middleware {
  checkOptions(options, compressOptions, 'compress()')
  const { minSize = 1024, encodings = known } = options
  for (const encoding of encodings)
    if (!known.includes(encoding)) throw invalid(`unknown encoding "${encoding}"`)
  if (encodings.length === 0) throw invalid('no encoding: leave compress() out instead')
  if (!(minSize >= 0)) throw invalid('minSize is not a number from 0 on')
  return async (request, next) => {
    const response = await next(withStrongTags(request))
    if (!isCompressible(response)) return response
    const length = response.headers.get('content-length')
    if (length !== null && Number(length) < minSize) return response
    addVary(response.headers)
    const encoding = chooseEncoding(request.headers.get('accept-encoding'), encodings)
    if (encoding === undefined) return response
    const source = response.body as BodyStream | null
    // The response to a HEAD: it has the headers of the GET, except the length, which is not known yet.
    if (source === null) return length === null ? response : encoded(response, null, encoding)
    const { body, isCompressed } = await compressBody(source, encoding, minSize)
    return isCompressed ? encoded(response, body, encoding) : new Response(body, response)
  }
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `compress(): ${problem}. Expected: zstd, br, gzip`)

function isCompressible({ status, headers }: Response): boolean {
  return (
    status !== 204 &&
    status !== 304 &&
    compressible.test(headers.get('content-type') ?? '') &&
    !headers.has('content-encoding') &&
    !headers.has('content-range') &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '')
  )
}

function addVary(headers: Headers): void {
  if (!/\*|\baccept-encoding\b/i.test(headers.get('vary') ?? ''))
    headers.append('vary', 'accept-encoding')
}

function encoded(
  response: Response,
  body: Uint8Array<ArrayBuffer> | BodyStream | null,
  encoding: Encoding,
): Response {
  const { status, statusText } = response
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  headers.set('content-encoding', encoding)
  const tag = headers.get('etag')
  // Other bytes, the same meaning.
  if (tag?.startsWith('"')) headers.set('etag', `W/${tag}`)
  return new Response(body, { status, statusText, headers })
}

/** Undoes what {@link encoded} did to the tags that a client sends back: a weak one would never match. */
function withStrongTags(request: Request): Request {
  const sent = request.headers.get('if-match')
  if (sent === null || !sent.includes('W/"')) return request
  const headers = new Headers(request.headers)
  headers.set('if-match', sent.replaceAll('W/"', '"'))
  return new Request(request, { headers })
}
