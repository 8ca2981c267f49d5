import isFresh from 'fresh'
import { contentType } from 'mime-types'
import { basename } from 'node:path'
import parseRange from 'range-parser'
import { HttpError } from '../../errors/http-error.ts'
import type { HeaderReader } from '../incoming-request.ts'
import { withExactLength } from '../response-length.ts'
import { fileBody, type ByteRange } from './file-body.ts'
import type { FileFacts } from './file-facts.ts'

/** The content type that belongs to the name of a file. */
export const typeOfFile = (path: string): string =>
  contentType(basename(path)) || 'application/octet-stream'

/**
 * Responds with a file to a GET or a HEAD: 200, 206 to a `Range`, or 304 to a client that has it already.
 *
 * The content type is that of the file's name, unless the given headers have one.
 *
 * A `Range` of several parts gets the whole file, and so does one whose `If-Range` is out of date.
 *
 * @throws {HttpError} `HTTP_416`: the range lies outside of the file
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14
 */
export function fileResponse(
  file: FileFacts,
  request: { readonly method: string; readonly headers: HeaderReader },
  given: Readonly<Record<string, string>> = {},
): Response {
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    etag: file.tag,
    'last-modified': file.modified.toUTCString(),
    'content-type': typeOfFile(file.path),
    ...given,
  }
  if (isKnown(request.headers, headers)) return unchanged(headers)
  const tag = headers['etag']!
  const range = request.method === 'GET' ? rangeOf(request.headers, file, tag) : undefined
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  headers['content-length'] = String(end + 1 - start)
  if (range !== undefined) headers['content-range'] = `bytes ${start}-${end}/${file.size}`
  const isEmpty = request.method === 'HEAD' || file.size === 0
  const body = isEmpty ? null : fileBody(file, { start, end })
  return withExactLength(new Response(body, { status: range === undefined ? 200 : 206, headers }))
}

/** Checks `If-None-Match`, or `If-Modified-Since` without it. */
function isKnown(sent: HeaderReader, headers: Readonly<Record<string, string>>): boolean {
  return isFresh(
    {
      'if-none-match': sent.get('if-none-match') ?? undefined,
      'if-modified-since': sent.get('if-modified-since') ?? undefined,
    },
    { etag: headers['etag'], 'last-modified': headers['last-modified'] },
  )
}

function unchanged(headers: Record<string, string>): Response {
  delete headers['content-type']
  return new Response(null, { status: 304, headers })
}

/** The range to send; `undefined` for the whole file. */
function rangeOf(sent: HeaderReader, file: FileFacts, tag: string): ByteRange | undefined {
  const header = sent.get('range')
  if (header === null || !isCurrent(sent.get('if-range'), file, tag)) return undefined
  const ranges = parseRange(file.size, header, { combine: true })
  if (ranges === -1)
    throw new HttpError(416, `The range lies outside of the file, which has ${file.size} bytes`, {
      title: 'Range not satisfiable',
      headers: { 'content-range': `bytes */${file.size}` },
    })
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined
  return ranges[0]
}

/** Checks `If-Range`: a strong tag, or the date of the last modification. */
function isCurrent(sent: string | null, { modified }: FileFacts, tag: string): boolean {
  if (sent === null) return true
  if (sent.includes('"')) return sent.trim() === tag
  return Date.parse(sent) === Math.floor(modified.getTime() / 1000) * 1000
}
