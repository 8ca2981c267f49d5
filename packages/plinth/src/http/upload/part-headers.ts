import { HttpError } from '../../errors/http-error.ts'

/** The headers of a part by lower-case name, as Latin-1. */
export type RawHeaders = Readonly<Record<string, readonly string[] | undefined>>

/** The headers of a part of a form. */
export interface PartHeaders {
  readonly name: string
  /** Undefined for a text. Empty for a file input that was not touched. */
  readonly fileName: string | undefined
  readonly type: string
}

const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_BODY' })

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes text that must be UTF-8.
 *
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw malformed('The form contains text that is not UTF-8')
  }
}

const disposition =
  /^form-data\s*((?:;\s*[\w!#$&+.^`|~*-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";]*)\s*)*);?\s*$/i
const parameter = /;\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))/g

/** Reads a quoted value: browsers write `%22` for a quote, and other clients a backslash before it. */
const unquoted = (text: string): string =>
  text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0A|0D)/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )

/**
 * Reads the headers of a part.
 *
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400: the part has no name, or is encoded
 * @see https://www.rfc-editor.org/rfc/rfc7578#section-4.2
 */
export function readPartHeaders(raw: RawHeaders): PartHeaders {
  const sent = decodeUtf8(Buffer.from(raw['content-disposition']?.[0] ?? '', 'latin1'))
  const [, parameters = ''] = disposition.exec(sent) ?? []
  const values = new Map<string, string>()
  for (const [, key = '', quoted, bare = ''] of parameters.matchAll(parameter))
    values.set(key.toLowerCase(), quoted === undefined ? bare : unquoted(quoted))
  const name = values.get('name')
  if (name === undefined) throw malformed('A part of the form has no name')
  const encoding = raw['content-transfer-encoding']?.[0]?.trim().toLowerCase() ?? 'binary'
  if (!['7bit', '8bit', 'binary'].includes(encoding))
    throw malformed(`The part "${name}" is encoded. Send its bytes as they are`)
  const type = raw['content-type']?.[0]?.trim() ?? 'text/plain'
  return { name, fileName: values.get('filename'), type }
}
