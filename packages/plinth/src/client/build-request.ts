import type { CallOptions } from './client.types.ts'

/** A call, with all that a caller may give for any route. */
export interface ClientCall extends CallOptions {
  readonly method: string
  readonly path: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly form?: boolean
}

/** What an error calls it: the path with its names, since their values are nobody else's business. */
export const callName = ({ method, path }: ClientCall): string => `${method.toUpperCase()} ${path}`

/** A value as a query string, a header or a form has it. */
export const asText = (value: unknown): string =>
  value instanceof Date
    ? value.toISOString()
    : typeof value === 'object' && value !== null
      ? toJson(value)
      : String(value)

const toList = (value: unknown): unknown[] =>
  Array.isArray(value) || value instanceof Set ? [...(value as Iterable<unknown>)] : [value]

/** JSON, with bigints as digits and sets as lists. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner instanceof Set ? [...inner] : inner,
  )

/**
 * The URL of a call.
 *
 * @throws {TypeError} a value of the path is missing, or would lead to another path; a list of `…in` in the query is empty
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

/** Left out, an empty list of `id.in` would ask for all rows, and not for none. */
function itemsOf(call: ClientCall, name: string, value: unknown): unknown[] {
  const items = toList(value)
  if (items.length === 0 && name.endsWith('.in'))
    throw new TypeError(
      `${callName(call)}: "${name}" is an empty list, which no URL can say: leave it out for all rows, and do not call for none`,
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
    throw new TypeError(`${callName(call)}: "${text}" cannot stand for ${part} in a path`)
  return segments.map(encodeURIComponent).join('/')
}

const holdsFile = (body: object): boolean =>
  Object.values(body).some((value) => toList(value).some((item) => item instanceof Blob))

/** The body of a call, and its content type where the platform does not know it. */
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
