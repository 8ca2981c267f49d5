import { ChannelSubscription, type Subscription } from '../channels/subscription.ts'
import type { DatabaseTransaction } from '../database/queryable.ts'
import type { LazyQuery } from '../dependencies/lazy-query.ts'
import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { LiveList } from './live-list.ts'
import { type LiveQuery, repeatedQuery } from './live-query.ts'

/** Options of {@link live}. */
export interface LiveOptions {
  /** The milliseconds between two runs of the query, at least. Default 250. */
  readonly every?: number
}

/** Options of {@link live} with row-level security. */
export interface LiveUserOptions extends LiveOptions {
  /** The id of the user in whose transactions the query runs: the policies of `ownerPolicy` apply. */
  readonly user: string
}

const liveOptions: OptionNames<LiveUserOptions> = { every: true, user: true }

/** One subscription, or several: a change of any of them runs the query again. */
export type Changes = Subscription<unknown> | readonly Subscription<unknown>[]

/**
 * Sends the result of a query, and sends it again when something changes (a live query).
 *
 * Return it from a route with `response: sse(…)`, or from a socket. It subscribes first and runs the query second, so no
 * change is missed. After a message it runs the query again, at most once per interval, and sends the result only if
 * it differs. The last state always arrives.
 *
 * Over server-sent events the bytes are those of a normal response. Each event has an id that is a hash of them, so a
 * client that connects again, with its `Last-Event-ID`, is sent nothing if nothing changed. Subscribers of equal lists,
 * with the same SQL, parameters and user, share the runs of the query.
 *
 * After a lost connection it runs the query again. While the database is away it waits.
 *
 * @param query - a query of Drizzle's builders, with an `orderBy`; with `user`, a function that builds it
 * @param changes - the subscription to the channel that tells of changes. It ends together with the list
 * @throws {PlinthError} `PLINTH_LIVE_INVALID`: the query has no order, changes rows, or belongs to a transaction
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @example
 * ```ts
 * import { eq } from 'drizzle-orm'
 * import { betterAuth, channel, database, id, insert, live, model, one, owner, router, sse } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', { id: id(), title: z.string(), userId: owner() })
 * const db = database('pglite:memory')
 * const taskChanges = channel('tasks', z.null())
 *
 * const user = betterAuth({ url: 'http://localhost:3000' })
 * const tasks = router('/tasks', { dependencies: { db, user } })
 * export const create = tasks.post('/', { body: Task.$create, response: Task }, ({ db, user, body }) =>
 *   db.transaction(async (tx) => {
 *     const task = await one(insert(tx, Task, { ...body, userId: user.id }))
 *     await taskChanges.publish(tx, user.id, null)
 *     return task
 *   }),
 * )
 * export const watch = tasks.get('/live', { response: sse(z.array(Task)) }, ({ db, user }) =>
 *   live(
 *     db.select().from(Task).where(eq(Task.userId, user.id)).orderBy(Task.id),
 *     taskChanges.subscribe(db, user.id),
 *   ),
 * )
 * ```
 */
export function live<T>(
  query: LazyQuery<T>,
  changes: Changes,
  options?: LiveOptions & { readonly user?: never },
): LiveList<T>
export function live<T>(
  query: (tx: DatabaseTransaction) => LazyQuery<T>,
  changes: Changes,
  options: LiveUserOptions,
): LiveList<T>
export function live<T>(
  query: LiveQuery<T>,
  changes: Changes,
  options: Partial<LiveUserOptions> = {},
): LiveList<T> {
  checkOptions(options, liveOptions, 'live()')
  const { every = 250, user } = options
  if (!Number.isFinite(every) || every < 0)
    throw invalid(`every is ${every}, and must be a number of milliseconds from 0 on`)
  const subscriptions = [changes].flat().map((one) => {
    if (one instanceof ChannelSubscription) return one as ChannelSubscription<unknown>
    throw invalid('the second argument must be what subscribe() of a channel returns, or a list')
  })
  const [first] = subscriptions
  if (first === undefined) throw invalid('there is no subscription, so nothing would change')
  return new LiveList({ query: repeatedQuery(query, first.db, user), subscriptions, every })
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_LIVE_INVALID', `live(): ${problem}`)
