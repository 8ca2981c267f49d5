import { HttpError } from '../errors/http-error.ts'
import { parseQuery } from './read-url.ts'

const malformed = (detail: string): HttpError =>
  new HttpError(400, detail, { code: 'PLINTH_MALFORMED_BODY' })
const notTheForm = (): HttpError => malformed('The body does not match its form content type')
const notUtf8 = (): HttpError => malformed('The form contains text that is not UTF-8')

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The values of a form by name: text or a file, or a list if the name was sent more than once. */
export type FormValues = Record<string, unknown>

/**
 * Parses a form into an object without a prototype, so that no name can reach one. Text stays exactly as it was sent.
 *
 * @param type - the content type, which contains the boundary between the parts
 * @throws {HttpError} `PLINTH_MALFORMED_BODY`, 400: it is not a form of its content type, or not UTF-8
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export async function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormValues> {
  if (/^application\/x-www-form-urlencoded/i.test(type)) return parseQuery(decode(bytes), 'form')
  const values: FormValues = Object.create(null) as FormValues
  const entries = [...(await partsOf(bytes, type))]
  const contents = contentsOf(bytes, type)
  if (contents.length !== entries.length) throw notTheForm()
  for (const [at, [name, value]] of entries.entries()) {
    const next = typeof value === 'string' ? asSent(value, contents[at]!) : named(value)
    const known = values[name]
    if (known === undefined) values[name] = next
    else if (Array.isArray(known)) known.push(next)
    else values[name] = [known, next]
  }
  return values
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw notUtf8()
  }
}

async function partsOf(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    throw notTheForm()
  }
}

/** Returns the bytes of each part, without its headers. */
function contentsOf(bytes: Uint8Array<ArrayBuffer>, type: string): Buffer[] {
  const found = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type)
  const boundary = `--${found?.[1] ?? found?.[2]}`
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const contents: Buffer[] = []
  let start = body.indexOf(boundary)
  for (;;) {
    const end = body.indexOf(`\r\n${boundary}`, start)
    if (end === -1) return contents
    contents.push(body.subarray(body.indexOf('\r\n\r\n', start) + 4, end))
    start = end + 2 + boundary.length
  }
}

/** Decodes a text part again: the platform replaces bytes that are not UTF-8, and drops a byte order mark. */
function asSent(value: string, content: Buffer): string {
  const text = decode(content)
  if (text !== value && text !== `\ufeff${value}`) throw notTheForm()
  return text
}

/** Returns the file if its name is valid text. */
function named(file: File): File {
  if (file.name.includes('\ufffd')) throw notUtf8()
  return file
}
