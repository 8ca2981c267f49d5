import * as z from 'zod'
import type { Download } from './download.ts'
import { Html } from './html.ts'

/** The definition behind the schema of a content other than JSON. */
export interface ContentDefinition {
  readonly kind: 'text' | 'bytes'
  /** Its media type, such as `text/html`, or a range of them, such as `image/*`. */
  readonly type: string
}

declare const media: unique symbol

/** A content other than JSON: handlers return its input, clients get its output. */
export interface Content<M extends string, Out, In> extends z.core.$ZodType<Out, In> {
  readonly [media]: M
}

/** The result of a client for bytes of a media type: it reads texts and JSON as such. */
type ReceivedAs<M extends string> = M extends `text/${string}`
  ? string
  : M extends '*/*' | 'application/*' | `${string}json`
    ? unknown
    : Blob

/** The bytes of a response in any form. */
export type BytesSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>

/** The contents, by schema. A `WeakMap`, since schemas are Zod's objects. */
const contents = new WeakMap<object, ContentDefinition>()

/** The definition of a content, by its schema. */
export const contentOf = (schema: z.core.$ZodType | undefined): ContentDefinition | undefined =>
  schema && contents.get(schema)

// The caller names the type of the content.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function content<C>(definition: ContentDefinition): C {
  const schema = z.custom<unknown>()
  contents.set(schema, definition)
  // The input of a content's schema is wider than its output, which z.custom() has no type for.
  return schema as C
}

const mediaType = /^(?:\*|[\w!#$&^.+-]+)\/(?:\*|[\w!#$&^.+-]+)$/

function checked(type: string, declaration: string): string {
  if (!mediaType.test(type))
    throw new TypeError(
      `${declaration}: "${type}" is not a media type. Write it without parameters, such as text/csv`,
    )
  return type.toLowerCase()
}

/**
 * Declares a response of HTML, or writes HTML with escaped values.
 *
 * The handler returns a string, which is sent as it is, or the result of the tag, in which every value is escaped. A
 * value that is HTML of the tag is not escaped again; a list is written item by item; `null`, `undefined` and `false`
 * are left out.
 *
 * Scripts and styles of the page's own origin run. So does an inline script with the `nonce` of the handler's context.
 *
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 * @example
 * ```ts
 * import { html, router } from 'plinth'
 *
 * const pages = router('/pages')
 * export const hello = pages.get('/:name', { response: html() }, ({ params, nonce }) =>
 *   html`<h1>Hello ${params.name}</h1><script nonce="${nonce}">console.log('hello')</script>`)
 * ```
 */
export function html(): Content<'text/html', string, string | Html>
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html
export function html(strings?: TemplateStringsArray, ...values: readonly unknown[]): unknown {
  return strings === undefined
    ? content({ kind: 'text', type: 'text/html' })
    : Html.of(strings, values)
}

/**
 * Declares a response of text, in UTF-8.
 *
 * @param type - a media type. Default `text/plain`
 * @throws {TypeError} it is not a media type
 * @example
 * ```ts
 * import { router, text } from 'plinth'
 *
 * const reports = router('/reports')
 * export const csv = reports.get('/csv', { response: text('text/csv') }, () => 'a,b\r\n1,2\r\n')
 * ```
 */
export const text = <const M extends string = 'text/plain'>(type?: M): Content<M, string, string> =>
  content({ kind: 'text', type: checked(type ?? 'text/plain', 'text()') })

/**
 * Declares a response of bytes.
 *
 * The handler returns a `Uint8Array`, a `Blob`, a `ReadableStream`, an async generator of `Uint8Array`, or a
 * `download()`. A stream is sent with backpressure: a chunk is read when the client has taken the one before.
 *
 * @param type - a media type, or a range such as `image/*`, within which a `Blob` or a file name has the type. Default
 * `application/octet-stream`
 * @throws {TypeError} it is not a media type
 * @example
 * ```ts
 * import { bytes, router } from 'plinth'
 *
 * const images = router('/images')
 * export const dot = images.get('/dot', { response: bytes('image/gif') }, () =>
 *   Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAAC', 'base64'))
 * ```
 */
export const bytes = <const M extends string = 'application/octet-stream'>(
  type?: M,
): Content<M, ReceivedAs<M>, BytesSource | Download> =>
  content({ kind: 'bytes', type: checked(type ?? 'application/octet-stream', 'bytes()') })
