import type { JsonSchema, OpenApiDocument } from '../../openapi/openapi.types.ts'
import { resolve } from './closed-schema.ts'

/** A file in a form. */
export interface FormFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A part of a form. A list is several parts with the same name. */
export type FormEntry = readonly [name: string, value: string | FormFile]

/** A body with its content type. */
export interface WrittenBody {
  readonly type: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

export const urlencoded = 'application/x-www-form-urlencoded'
export const multipart = 'multipart/form-data'

type Document = Pick<OpenApiDocument, 'components'>

/** The fields of a form by name. */
export const formFields = (
  schema: JsonSchema,
  document: Document,
): Readonly<Record<string, JsonSchema>> =>
  (resolve(schema, document)['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>

/** The schema of the files that a field takes; undefined if it takes none. */
export function fileSchema(field: JsonSchema, document: Document): JsonSchema | undefined {
  const resolved = resolve(field, document)
  if (resolved['format'] === 'binary') return resolved
  const inner = [resolved['items'] ?? [], resolved['anyOf'] ?? []].flat() as JsonSchema[]
  return inner.map((one) => fileSchema(one, document)).find((found) => found !== undefined)
}

/** The media types that a file may have; undefined for any. */
export function fileTypes(file: JsonSchema): readonly string[] | undefined {
  const parts = [file, ...((file['anyOf'] ?? []) as JsonSchema[])]
  const types = parts.flatMap((part) => (part['contentMediaType'] as string | undefined) ?? [])
  return types.length === 0 || types.includes('application/octet-stream') ? undefined : types
}

export const fileOf = (file: JsonSchema, content: string): FormFile => ({
  type: fileTypes(file)?.[0] ?? 'application/octet-stream',
  bytes: new TextEncoder().encode(content),
})

/** Writes a field's value as parts; undefined if a form cannot carry it. */
export function entriesOf(
  name: string,
  value: unknown,
  file: JsonSchema | undefined,
): FormEntry[] | undefined {
  const parts: FormEntry[] = []
  for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const text = typeof one === 'object' && one !== null ? JSON.stringify(one) : String(one)
    parts.push([name, file === undefined ? text : fileOf(file, text)])
  }
  return parts
}

/** A form cannot carry an empty text in a list, which is an input that was not touched: another text stands for it. */
const withoutEmpty = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((item: unknown) => (item === '' ? 'x' : item)) : value

/**
 * Writes a whole form as parts; undefined if a form cannot carry it, such as a required empty list.
 */
export function formEntries(
  schema: JsonSchema,
  value: unknown,
  document: Document,
): FormEntry[] | undefined {
  const fields = formFields(schema, document)
  const required = (resolve(schema, document)['required'] ?? []) as string[]
  const all = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, one]) =>
    Array.isArray(one) && one.length === 0 && required.includes(name)
      ? undefined
      : entriesOf(name, withoutEmpty(one), fields[name] && fileSchema(fields[name], document)),
  )
  return all.includes(undefined) ? undefined : all.flatMap((parts) => parts ?? [])
}

/** Percent-encodes a value. Half of a surrogate pair is written as the bytes it would have. */
export const percentEncoded = (value: unknown): string => {
  const text = String(value)
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}

export function writeForm(entries: readonly FormEntry[], type: string): WrittenBody {
  if (type === multipart) return writeParts(entries)
  const pairs = entries.map(([name, value]) => {
    if (typeof value !== 'string')
      throw new TypeError(`A body of type ${urlencoded} cannot carry a file`)
    return `${percentEncoded(name)}=${percentEncoded(value)}`
  })
  return { type, body: pairs.join('&') }
}

const boundary = 'b0undary-of-the-parts'

/** @see https://www.rfc-editor.org/rfc/rfc7578 */
function writeParts(entries: readonly FormEntry[]): WrittenBody {
  const chunks = entries.flatMap(([name, value]) => {
    const isText = typeof value === 'string'
    const head = isText ? '' : `; filename="a.bin"\r\ncontent-type: ${value.type}`
    return [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${head}\r\n\r\n`),
      isText ? bytesOf(value) : value.bytes,
      Buffer.from('\r\n'),
    ]
  })
  const whole = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)])
  return { type: `${multipart}; boundary=${boundary}`, body: new Uint8Array(whole) }
}

const bytesOf = (text: string): Buffer =>
  text.isWellFormed() ? Buffer.from(text) : Buffer.from([0xed, 0xa0, 0x80])
