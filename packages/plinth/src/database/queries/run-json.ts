import { notFound } from '../../errors/http-error.ts'
import type { Text } from '../../http/raw-text.ts'
import { internalsAreKnown } from '../drizzle/internals.ts'
import type { BuiltQuery } from '../drizzle/query-config.ts'
import { Session } from '../drizzle/session.ts'
import { forgetWrite } from '../pending-writes.ts'
import type { JsonShape } from './json-statement.ts'
import { One } from './one.ts'

/**
 * Runs a query so that Postgres writes the response's JSON, in the transaction that the query belongs to.
 *
 * Returns undefined, without running the query, where JavaScript has to check or write the rows.
 *
 * @param then - receives the text
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: `one(query)` found no row
 */
export function runJson<T>(
  query: unknown,
  shape: JsonShape,
  then: (text: Text) => T,
): Promise<T> | undefined {
  const single = query instanceof One
  if (!internalsAreKnown() || shape.list === single) return undefined
  const rows = (single ? query.query : query) as BuiltQuery
  const { session } = rows
  if (!(session instanceof Session)) return undefined
  const statement = session.shared.json.statement(rows, shape)
  if (statement === undefined) return undefined
  forgetWrite(rows)
  return session.text(statement, (text) => {
    if (text !== undefined) return then(text)
    if (single) return query.missing()
    throw notFound()
  })
}
