import { createHash } from 'node:crypto'
import type { ChannelSubscription } from '../channels/subscription.ts'
import { runIsolated } from '../http/request-scope.ts'
import { ChangeLoop } from './change-loop.ts'
import { type RepeatedQuery, type ResultWriter, textOf, textToCompare } from './live-query.ts'
import { joinRun, type JoinedRun, PacedRun } from './paced-run.ts'

/** The parts of a {@link LiveList}. */
export interface LiveParts<T> {
  readonly query: RepeatedQuery<T>
  readonly subscriptions: readonly ChannelSubscription<unknown>[]
  readonly every: number
}

/** A result as JSON, with the id of its event. */
export class LiveEvent {
  readonly id: string
  readonly text: string

  constructor(id: string, text: string) {
    this.id = id
    this.text = text
  }
}

/** Writers by number, because routes encode the rows of equal queries differently. */
const writers = new WeakMap<ResultWriter, number>()
let lastWriter = 0

/**
 * The results of a query, each when it differs from the one before. Created by {@link live}.
 *
 * Its `return()` ends it at once, and with it the subscription.
 *
 * @example
 * ```ts
 * import { channel, database, id, live, model, type LiveList, type Row } from 'plinth'
 * import * as z from 'zod'
 *
 * const Task = model('tasks', { id: id(), title: z.string() })
 * const db = database('pglite:memory')
 * const changes = channel('tasks', z.null())
 * const tasks: LiveList<Row<typeof Task>[]> = live(
 *   db.select().from(Task).orderBy(Task.id),
 *   changes.subscribe(db, 'all'),
 * )
 * for await (const rows of tasks) console.log(rows.length)
 * ```
 */
export class LiveList<T> implements AsyncIterableIterator<T, undefined, unknown> {
  readonly #parts: LiveParts<T>
  #loop: ChangeLoop<T> | undefined

  constructor(parts: LiveParts<T>) {
    this.#parts = parts
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<T, undefined>> {
    this.#loop ??= this.#rows()
    return this.#loop.next()
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#loop ??= this.#rows()
    return this.#loop.return()
  }

  /**
   * The results as JSON, for a response that writes them in its own way.
   *
   * @param lastId - the id of the event that the client received last
   */
  events(writer: ResultWriter, lastId: string | undefined): ChangeLoop<LiveEvent> {
    const { subscriptions: changes } = this.#parts
    let joined: JoinedRun | undefined
    return new ChangeLoop({
      changes,
      lastId,
      take: async () => {
        joined ??= this.#join(writer)
        const text = await joined.run.request()
        const id = hashOf(text)
        return { id, value: new LiveEvent(id, text) }
      },
      onEnd: () => joined?.leave(),
    })
  }

  #join(writer: ResultWriter): JoinedRun {
    const { query, every } = this.#parts
    // The run belongs to all that share it, and to no request.
    const run = () => runIsolated(() => query.run((one) => textOf(one, writer)))
    const make = (): PacedRun<string> => new PacedRun(run, every)
    if (query.driver === undefined) return { run: make(), leave: () => {} }
    let number = writers.get(writer)
    if (number === undefined) writers.set(writer, (number = lastWriter += 1))
    return joinRun(query.driver, JSON.stringify([number, every, query.key]), make)
  }

  /** The results themselves. Each reader has its own, because it may change them. */
  #rows(): ChangeLoop<T> {
    const { query, subscriptions: changes, every } = this.#parts
    const paced = new PacedRun(() => runIsolated(() => query.run(async (one) => await one)), every)
    return new ChangeLoop({
      changes,
      lastId: undefined,
      take: async () => {
        const value = await paced.request()
        return { id: hashOf(textToCompare(value)), value }
      },
      onEnd: () => {},
    })
  }
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)
