import { and, inArray, type SQL } from 'drizzle-orm'
import * as z from 'zod'
import { dependency } from '../../dependencies/dependency.ts'
import type { Dependency } from '../../dependencies/definition.ts'
import { header } from '../../dependencies/parameter.ts'
import { HttpError, notFound } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { columnInRole } from '../../models/not-deleted.ts'
import { forgetWrite } from '../pending-writes.ts'
import { plainQueries, typedWrite, type RowsQuery } from './typed-write.ts'

/** The versions of a row that a caller agrees to change. `any` accepts every version. */
export interface IfMatch {
  readonly versions: readonly number[] | 'any'
}

/** The default of a caller who names no version. */
export const anyVersion: IfMatch = { versions: 'any' }

const tag = String.raw`(?:W/)?"[^"]*"`
const tags = z
  .string()
  .regex(new RegExp(String.raw`^(?:\*|${tag}(?:\s*,\s*${tag})*)$`), {
    error: 'Invalid input: expected an ETag as it was sent, with its quotes, such as "3"',
  })
  .meta({
    description:
      'The ETag of the row as it was read. The row changes only if its ETag is still the same.',
  })

/** `"3", "4"` -> 3, 4. A weak tag, or one that is not a version, never matches (RFC 9110, section 13.1.1). */
function read(text: string | undefined): IfMatch | undefined {
  if (text === undefined) return undefined
  if (text === '*') return anyVersion
  const strong = [...text.matchAll(/(W\/)?"([^"]*)"/g)].filter(([, weak]) => weak === undefined)
  const versions = strong.map(([, , value]) => value ?? '').filter((one) => /^\d{1,10}$/.test(one))
  return { versions: versions.map(Number).filter((one) => one < 2 ** 31) }
}

/**
 * The `If-Match` header for optimistic locking, passed to `one(query, { ifMatch })`.
 *
 * Undefined if the caller sent none. A route that depends on it documents the header and the 412.
 *
 * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: the header is not a list of entity tags
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 * @example
 * ```ts
 * import { eq } from 'drizzle-orm'
 * import { database, id, ifMatch, model, one, router, update, version } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const Page = model('pages', { id: id(), text: z.string(), version: version() })
 * const pages = router('/pages', { dependencies: { db } })
 * export const change = pages.patch(
 *   '/:id',
 *   { body: Page.$update, response: Page, errors: [404], dependencies: { ifMatch } },
 *   ({ db, params, body, ifMatch }) =>
 *     one(update(db, Page, body).where(eq(Page.id, params.id)), { ifMatch }),
 * )
 * ```
 */
export const ifMatch: Dependency<IfMatch | undefined> = dependency(
  { ifMatch: header(tags.optional()) },
  ({ ifMatch }) => read(ifMatch),
  { errors: [412], name: 'ifMatch' },
)

/** A change of one row that applies only to some versions, and the error if the row has another one. */
export interface Guarded {
  readonly query: RowsQuery<unknown>
  /** The reason why nothing was changed: 412, or 404 if the row does not exist. */
  readonly refusal: (message: string | undefined) => Promise<HttpError>
}

/**
 * Narrows a change to the versions that the caller agreed to.
 *
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: the query is not an `update()` or `remove()` of a model with `version()`
 */
export function guarded(query: object, match: IfMatch | number): Guarded {
  const write = typedWrite(query)
  const column = write && columnInRole(write.table, 'version')
  if (write === undefined || column === undefined)
    throw new PlinthError(
      'PLINTH_MODEL_INVALID',
      'ifMatch is for update(…) and remove(…) of a model with a field of version()',
    )
  // The narrowed query runs in its place.
  forgetWrite(query)
  const versions = typeof match === 'number' ? [match] : match.versions
  return {
    query:
      versions === 'any'
        ? (query as RowsQuery<unknown>)
        : write.build(and(write.condition, inArray(column, [...versions])) as SQL),
    refusal: async (message) => {
      if (versions === 'any') return notFound(message)
      const [found] = await plainQueries(write.db)
        .select({ version: column })
        .from(write.table)
        .where(write.condition)
        .limit(1)
      if (found === undefined) return notFound(message)
      return new HttpError(
        412,
        'The record was changed since it was read: read it again, and retry',
        {
          headers: { etag: `"${(found as { version: number }).version}"` },
        },
      )
    },
  }
}
