import { notFound } from '../../errors/http-error.ts'
import { jsonStatement, type JsonShape } from './json-statement.ts'
import { One } from './one.ts'
import type { Text } from '../../http/raw-text.ts'
import { Session } from '../session.ts'

/**
 * Runs a query so that Postgres writes the response's JSON, where that gives the same bytes; undefined where it does
 * not, and the query has not run.
 *
 * @param then - what is made of the text
 *
 * It runs where the query would have run: in its transaction, if it is one's.
 *
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: `one(query)` found no row
 */
export function runJson<T>(
  query: unknown,
  shape: JsonShape,
  then: (text: Text) => T,
): Promise<T> | undefined {
  const single = query instanceof One
  const { session } = (single ? query.query : query) as { session?: unknown }
  if (!(session instanceof Session)) return undefined
  const statement = jsonStatement(query, shape)
  if (statement === undefined) return undefined
  return session.text(statement, (text) => {
    if (text !== undefined) return then(text)
    if (single) return query.missing()
    throw notFound()
  })
}
