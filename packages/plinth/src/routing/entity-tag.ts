import type { Exchange } from '../http/exchange.ts'
import { fieldInRole } from '../models/model-columns.ts'
import { modelOf } from '../schemas/stands-for.ts'
import type { AnyZod } from './route.types.ts'

/** The field by which an answer has an `ETag`: the version of the one row that a response is. */
export function versionField(response: AnyZod | undefined): string | undefined {
  const model = response && modelOf(response)
  return model && fieldInRole(model, 'version')
}

/** The methods whose answer may be that nothing changed. */
const reading: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Whether `If-None-Match` names a tag; weak and strong are the same to it (RFC 9110, section 13.1.2). */
function names(header: string | null, tag: string): boolean {
  if (header === null) return false
  return (
    header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
  )
}

/**
 * Gives the answer its `ETag`, unless the handler gave it one; and makes it a 304 without a body where the caller has
 * this version already.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */
export function tagged(exchange: Exchange, field: string, text: string): string | null {
  const { reply, incoming } = exchange
  if (reply.headers.some(([name]) => name === 'etag')) return text
  const row = JSON.parse(text) as Readonly<Record<string, unknown>> | null
  const version = row?.[field]
  if (typeof version !== 'number') return text
  const tag = `"${version}"`
  reply.header('etag', tag)
  const { status } = reply
  const isRead = reading.has(incoming.method) && (status === undefined || status === 200)
  if (!isRead || !names(incoming.headers.get('if-none-match'), tag)) return text
  reply.status = 304
  return null
}
