import type { CallOptions } from './client.types.ts'
import type { EventCursor } from './event-cursor.ts'

/** A call with every argument that any route may take. */
export interface ClientCall extends CallOptions {
  readonly method: string
  readonly path: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly form?: boolean
  readonly idempotencyKey?: string | true | undefined
  /** Follows the place in an event stream. */
  readonly cursor?: EventCursor
}

/** The name of a call in error messages: the path with parameter names, because their values may be private. */
export const callName = ({ method, path }: ClientCall): string => `${method.toUpperCase()} ${path}`

/** Formats a value for a query string, a header or a form. */
export const asText = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString()
    : typeof value === 'object' && value !== null
      ? toJson(value)
      : String(value)

/** The items of a list or a set, or a single value as a list. */
export const toList = (value: unknown): unknown[] =>
  Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [value]

/** Serializes to JSON, with bigints as strings of digits and sets as arrays. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner instanceof Set ? [...inner] : inner,
  )

/**
 * Builds the URL of a call.
 *
 * @throws {TypeError} a path parameter is missing or would change the path; a list of an `….in` filter is empty
 */
export function urlOf(base: string, call: ClientCall): string {
  const path = call.path
    .split('/')
    .map((part) => (part[0] === ':' ? pathValue(call, part) : part))
    .join('/')
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...call.query, ...call.search }))
    for (const item of itemsOf(call, name, value))
      if (item !== undefined) search.append(name, asText(item))
  return base.replace(/\/+$/, '') + path + (search.size > 0 ? `?${search.toString()}` : '')
}

/** Rejects an empty list of an `id.in` filter: leaving it out would request all rows instead of none. */
function itemsOf(call: ClientCall, name: string, value: unknown): unknown[] {
  const items = toList(value)
  if (items.length === 0 && name.endsWith('.in'))
    throw new TypeError(
      `${callName(call)}: "${name}" is an empty list, which a URL cannot express. Leave it out to get all rows; skip the call to get none`,
    )
  return items
}

/** The value of `:id`, one segment, or of `:path*`, whose slashes are kept. */
function pathValue(call: ClientCall, part: string): string {
  const isRest = part.endsWith('*')
  const name = part.slice(1, isRest ? -1 : undefined)
  const text = asText(call.params?.[name] ?? '')
  const segments = isRest ? text.split('/') : [text]
  // A URL cannot contain "." and ".." as segments: `%2e%2e` goes up one level, too.
  const refused = isRest ? /^\.{1,2}$/ : /^\.{0,2}$/
  if (segments.some((segment) => refused.test(segment)))
    throw new TypeError(`${callName(call)}: "${text}" is not allowed for ${part} in a path`)
  return segments.map(encodeURIComponent).join('/')
}

const holdsFile = (body: object): boolean =>
  Object.values(body).some((value) => toList(value).some((item) => item instanceof Blob))

/** The body of a call, and its content type if the platform does not set it. */
export function bodyOf({ body, form }: ClientCall): { body?: string | FormData; type?: string } {
  if (body === undefined) return {}
  if (form !== true && !(typeof body === 'object' && body !== null && holdsFile(body)))
    return { body: toJson(body), type: 'application/json' }
  const data = new FormData()
  for (const [name, value] of Object.entries(body as object))
    for (const item of toList(value))
      if (item !== undefined) data.append(name, item instanceof Blob ? item : asText(item))
  return { body: data }
}
