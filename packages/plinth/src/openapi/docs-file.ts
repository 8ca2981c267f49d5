import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A file of the documentation page: its path, and its response. */
export interface DocsFile {
  readonly path: string
  /** Responds to a GET request. The file is read and compressed at the first one. */
  respond(request: Request): Promise<Response>
}

/** A file before it is read. */
export interface DocsFileSource {
  readonly path: string
  readonly contentType: string
  /** Returns its headers; called once. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Reads the contents; called once. */
  read(): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>
}

/** One encoding of a file, ready to send. */
interface Variant {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

const pack = promisify(gzip)

/** Tests whether a request accepts gzip: `br, gzip;q=0.8` does, `gzip;q=0` does not. */
function takesGzip(accepted: string | null): boolean {
  const gzipPart = accepted?.split(',').find((part) => /^\s*(?:x-)?gzip\s*(?:;|$)/i.test(part))
  return gzipPart !== undefined && !/;\s*q=0(?:\.0*)?\s*$/i.test(gzipPart)
}

const isKnown = (sent: string | null, etag: string): boolean =>
  sent !== null &&
  sent
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === etag)

async function variantsOf(source: DocsFileSource): Promise<{ plain: Variant; packed: Variant }> {
  const plain = await source.read()
  const packed = await pack(plain)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  const common = {
    'content-type': source.contentType,
    vary: 'accept-encoding',
    ...source.headers(),
  }
  return {
    plain: { body: plain, headers: { ...common, etag: `"${hash}"` } },
    packed: {
      body: packed,
      headers: { ...common, etag: `"${hash}-gzip"`, 'content-encoding': 'gzip' },
    },
  }
}

/** Creates a file that is read, compressed and hashed at the first request, and kept in memory. */
export function docsFile(source: DocsFileSource): DocsFile {
  let variants: ReturnType<typeof variantsOf> | undefined
  return {
    path: source.path,
    respond: async (request) => {
      variants ??= variantsOf(source)
      const { plain, packed } = await variants
      const { body, headers } = takesGzip(request.headers.get('accept-encoding')) ? packed : plain
      const { 'content-encoding': _, 'content-type': __, ...unchanged } = headers
      return isKnown(request.headers.get('if-none-match'), headers['etag'] ?? '')
        ? new Response(null, { status: 304, headers: unchanged })
        : new Response(body, { headers: { ...headers, 'content-length': String(body.length) } })
    },
  }
}
