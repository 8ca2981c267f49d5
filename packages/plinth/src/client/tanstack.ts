import type { AnyRoute, AppErrors, ProblemDocuments } from '../routing/client-route.types.ts'
import { toJson } from './build-request.ts'
import type { Client, RoutesWith, OutOf, PagePath, RestOf } from './client.types.ts'
import { withCursor, type Get } from './pages.ts'

/** The key of a query in TanStack's cache: the path and the arguments that decide the response. */
export type QueryKey = readonly [path: string, args: Readonly<Record<string, unknown>>]

/** Query options for TanStack Query, in any version and framework. */
export interface QueryOptions<T> {
  readonly queryKey: QueryKey
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>
}

/** Infinite query options for TanStack Query. */
export interface InfiniteQueryOptions<T> {
  readonly queryKey: QueryKey
  readonly queryFn: (context: {
    readonly signal: AbortSignal
    readonly pageParam: string | null
  }) => Promise<T>
  readonly initialPageParam: string | null
  readonly getNextPageParam: (last: T) => string | null
}

/** Builds a key from the arguments that decide the response, as JSON, because TanStack compares keys as JSON. */
function keyOf(path: string, args: object | undefined): QueryKey {
  const { params, query, search } = (args ?? {}) as Record<string, unknown>
  return [path, JSON.parse(toJson({ params, query, search })) as Record<string, unknown>]
}

/**
 * Query options for a GET route: `useQuery(queryOptions(c, '/api/tasks', { query }))`.
 * Canceling the query aborts the call.
 *
 * To invalidate all queries of a path: `queryClient.invalidateQueries({ queryKey: ['/api/tasks'] })`.
 *
 * @see https://tanstack.com/query/latest/docs/framework/react/guides/query-options
 * @example
 * ```ts
 * import { app, router } from 'plinth'
 * import { client } from 'plinth/client'
 * import { queryOptions } from 'plinth/client/tanstack'
 *
 * const clock = router('/clock')
 * const api = app({ title: 'Clock', routes: { clock: { now: clock.get('/', {}, () => ({ at: new Date() })) } } })
 * const c = client<typeof api>('http://localhost:8000')
 *
 * export const { queryKey, queryFn } = queryOptions(c, '/clock')
 * ```
 */
export function queryOptions<
  Routes extends AnyRoute,
  P extends RoutesWith<Routes, 'get'>['path'],
  E extends AppErrors = ProblemDocuments,
>(
  client: Client<Routes, E>,
  path: P,
  ...[args]: RestOf<Routes, P>
): QueryOptions<OutOf<Routes, P>> {
  const get = client.get as Get
  return {
    queryKey: keyOf(path, args as object | undefined),
    queryFn: ({ signal }) =>
      get(path, { ...(args as object | undefined), signal }) as Promise<OutOf<Routes, P>>,
  }
}

/**
 * Infinite query options for a paginated list: `useInfiniteQuery(pageOptions(c, '/api/tasks'))`.
 *
 * @see https://tanstack.com/query/latest/docs/framework/react/guides/infinite-queries
 * @example
 * ```ts
 * import * as z from 'zod'
 * import { app, router } from 'plinth'
 * import { client } from 'plinth/client'
 * import { pageOptions } from 'plinth/client/tanstack'
 *
 * const words = router('/words')
 * const list = words.get('/', {
 *   query: z.object({ cursor: z.string().optional() }),
 *   response: z.object({ items: z.array(z.string()), next: z.string().nullable() }),
 * }, () => ({ items: ['one'], next: null }))
 * const api = app({ title: 'Words', routes: { words: { list } } })
 *
 * export const options = pageOptions(client<typeof api>('http://localhost:8000'), '/words')
 * ```
 */
export function pageOptions<
  Routes extends AnyRoute,
  P extends string & PagePath<Routes>,
  E extends AppErrors = ProblemDocuments,
>(
  client: Client<Routes, E>,
  path: P,
  ...[args]: RestOf<Routes, P>
): InfiniteQueryOptions<OutOf<Routes, P>> {
  const get = client.get as Get
  return {
    queryKey: keyOf(path, args as object | undefined),
    queryFn: ({ signal, pageParam }) =>
      get(path, { ...withCursor(args as object | undefined, pageParam), signal }) as Promise<
        OutOf<Routes, P>
      >,
    initialPageParam: null,
    getNextPageParam: (last) => (last as { next: string | null }).next,
  }
}
