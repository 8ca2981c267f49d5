import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'
import type { Client, ItemOf, Page, PagePath, RestOf } from './client.types.ts'

/** A GET call to any path. */
export type Get = (path: string, args: object) => Promise<unknown>

/** Adds a cursor to the query of a call. */
export const withCursor = (args: { query?: object } | undefined, cursor: string | null): object =>
  cursor === null ? { ...args } : { ...args, query: { ...args?.query, cursor } }

/**
 * Iterates over the items of a paginated list, and fetches each page when it is needed.
 *
 * A page is `{ items, next }`: `next` is the `cursor` query parameter of the next page, and `null` on the last.
 *
 * @throws {ClientError} a call failed
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { client, pages } from 'plinth/client'
 *
 * const numbers = router('/numbers')
 * const list = numbers.get('/', {
 *   query: z.object({ cursor: z.string().default('0') }),
 *   response: z.object({ items: z.array(z.int()), next: z.string().nullable() }),
 * }, ({ query }) => ({ items: [Number(query.cursor)], next: query.cursor === '9' ? null : String(Number(query.cursor) + 1) }))
 * const api = app({ title: 'Numbers', routes: { numbers: { list } } })
 *
 * const c = client<typeof api>('http://localhost:8000')
 * for await (const number of pages(c, '/numbers')) if (number > 5) break
 * ```
 */
export async function* pages<
  Routes extends AnyRoute,
  P extends string & PagePath<Routes>,
  E extends AppErrors = ProblemDocuments,
>(
  client: Client<Routes, E>,
  path: P,
  ...[args]: RestOf<Routes, P>
): AsyncGenerator<ItemOf<Routes, P>, void, undefined> {
  const get = client.get as Get
  let cursor: string | null = null
  do {
    const page = (await get(path, withCursor(args as object | undefined, cursor))) as Page
    yield* page.items as ItemOf<Routes, P>[]
    cursor = page.next
  } while (cursor !== null)
}
