import type * as z from 'zod'
import type { Exchange } from '../http/exchange.ts'
import { fieldInRole } from '../models/model-columns.ts'
import { originalOf } from '../schemas/names/apply-naming.ts'
import { modelOf, schemaOf } from '../schemas/stands-for.ts'
import { wireName } from '../schemas/names/wire-names.ts'
import { isSchema } from '../schemas/zod-definition.ts'
import type { AnyZod } from './route.types.ts'

// Weak, by the schema of a response that is one row below a name: { article: row }.
const wrappers = new WeakMap<AnyZod, string>()

/** Makes the `ETag` of a response be the version of the row below a name. */
export function tagByRowIn(response: AnyZod, name: string): void {
  wrappers.set(response, name)
}

/**
 * Returns the path of the field with the `ETag` of a response: the version, if the response is one row that has it.
 *
 * It has the names on the wire. The path of a row below a name has a dot, as in `article.version`.
 */
export function versionField(content: unknown): string | undefined {
  if (!isSchema(content)) return undefined
  const response = schemaOf(content)
  const name = wrappers.get(originalOf(response))
  const row = name === undefined ? response : schemaOf(fieldIn(response, name))
  const model = modelOf(originalOf(row))
  const field = model && fieldInRole(model, 'version')
  if (field === undefined) return undefined
  const own = wireName(row, field)
  return name === undefined ? own : `${wireName(response, name)}.${own}`
}

const fieldIn = (schema: AnyZod, name: string): AnyZod =>
  (schema as unknown as z.ZodObject).shape[name] as AnyZod

/** The methods that may get a 304. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Checks whether `If-None-Match` contains a tag. Weak and strong tags are equal here (RFC 9110, section 13.1.2). */
function matchesTag(header: string | null, tag: string): boolean {
  if (header === null) return false
  return (
    header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
  )
}

/**
 * Sets the `ETag` of the response, unless the handler did.
 *
 * If the caller has this version already, the response becomes a 304 without a body.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */
export function addEntityTag(exchange: Exchange, field: string, text: string): string | null {
  const { reply, incoming } = exchange
  if (reply.headers.some(([name]) => name === 'etag')) return text
  const version = field
    .split('.')
    .reduce(
      (value, name) => (value as Readonly<Record<string, unknown>> | null | undefined)?.[name],
      JSON.parse(text) as unknown,
    )
  if (typeof version !== 'number') return text
  const tag = `"${version}"`
  reply.header('etag', tag)
  const { status } = reply
  const isRead = safeMethods.has(incoming.method) && (status === undefined || status === 200)
  if (!isRead || !matchesTag(incoming.headers.get('if-none-match'), tag)) return text
  reply.status = 304
  return null
}
