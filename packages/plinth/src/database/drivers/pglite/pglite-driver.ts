import { resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pgliteCodecs } from 'drizzle-orm/pglite/codecs'
import { HttpError } from '../../../errors/http-error.ts'
import { mode } from '../../../settings/mode.ts'
import type { DriverOptions } from '../driver.ts'
import type { PgliteTarget } from '../database-url.ts'
import type { Connection, Driver, EmbeddedDatabase, QueryResult, Statement } from '../driver.ts'
import { keptInstances } from './kept-instances.ts'
import { openInstance, type OpenInstance } from './open-instance.ts'
import { dumpTo } from './open-pglite.ts'
import { ConnectionQueue, unavailable } from '../connection-queue.ts'
import type { NotificationReceiver, StopListening } from '../listener.ts'
import type { ObservedPool } from '../observe-pool.ts'
import { PgliteListener } from './pglite-listener.ts'
import { together } from '../query-result.ts'

/** Embedded Postgres. It has one connection, so one transaction runs at a time and the others wait in a queue. */
export class PgliteDriver implements Driver {
  readonly kind = 'pglite'
  readonly codecs = pgliteCodecs
  readonly location: string
  readonly pool: ObservedPool
  readonly #directory: string | null
  /** The queue of the database, which drivers share in `plinth dev`. */
  #queue: ConnectionQueue
  readonly #image: Blob | undefined
  #open: Promise<OpenInstance> | undefined
  #lost = false
  #listener: PgliteListener | undefined
  readonly #version = keptInstances()?.version ?? 0

  /** @param image - the initial content of a database in memory; blank by default */
  constructor(target: PgliteTarget, options: DriverOptions, image?: Blob) {
    this.location = target.location
    this.#directory = target.directory === null ? null : resolve(target.directory)
    this.#queue = new ConnectionQueue(1, options.acquireTimeout)
    this.#image = image
    this.pool = { queue: this.#queue, open: () => (this.#open === undefined ? 0 : 1) }
  }

  async open(): Promise<void> {
    await this.#opened()
  }

  get embedded(): EmbeddedDatabase {
    return {
      directory: this.#directory,
      dump: async (file) => await dumpTo(file, (await this.#opened()).pglite),
      instance: async () => (await this.#opened()).pglite,
    }
  }

  async acquire(): Promise<Connection> {
    const { pglite } = await this.#opened()
    await this.#queue.acquire()
    if (pglite.closed) {
      this.#queue.release()
      throw this.#directory === null ? closedInMemory() : unavailable()
    }
    return connection(pglite, this.#queue)
  }

  async listen(channel: string, receiver: NotificationReceiver): Promise<StopListening> {
    this.#listener ??= new PgliteListener(() => this.acquire())
    return await this.#listener.listen(channel, receiver)
  }

  /** Passes on a notification of the session, outside of the statement that brought it. */
  readonly #notify = (channel: string, payload: string): void =>
    queueMicrotask(() => this.#listener?.deliver(channel, payload))

  async close(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    await listener?.close()
    const opening = this.#open
    if (opening === undefined) return
    this.#open = undefined
    this.#lost = this.#directory === null
    const kept = keptInstances()
    kept?.detach(this)
    const instance = await opening
    instance.receivers.delete(this.#notify)
    if (kept === undefined) await instance.close()
  }

  #opened(): Promise<OpenInstance> {
    if (this.#open !== undefined) return this.#open
    if (this.#lost && keptInstances()?.has(this) !== true) throw closedInMemory()
    const opening = this.#start()
    this.#open = opening
    // A later query tries again: the lock may be free then.
    opening.catch(() => {
      if (this.#open === opening) this.#open = undefined
    })
    return opening
  }

  async #start(): Promise<OpenInstance> {
    const directory = this.#directory
    const open = (): Promise<OpenInstance> =>
      openInstance({ directory, queue: this.#queue, image: this.#image })
    const options = { key: directory ?? this, version: this.#version, open }
    const instance = await (keptInstances()?.attach(this, options) ?? open())
    this.#queue = instance.queue
    instance.receivers.add(this.#notify)
    return instance
  }
}

/** A 503: nothing can open the database again. Outside of production, the caller is told why. */
function closedInMemory(): HttpError {
  const reason =
    "The in-memory database was closed (by the app's shutdown, testApp's dispose or close()) and its data is gone"
  return unavailable(new Error(reason), mode() === 'production' ? undefined : reason)
}

function connection(pglite: PGlite, queue: ConnectionQueue): Connection {
  let released = false
  return {
    query: (statement) => run(pglite, statement),
    // PGlite runs in this thread: while a statement runs, no code can cancel it.
    cancel: () => {},
    release: () => {
      if (released) return
      released = true
      queue.release()
    },
  }
}

async function run(pglite: PGlite, statement: Statement): Promise<QueryResult> {
  const { text, params, arrays, rowsOfAll } = statement
  // Without parameters the text may contain several statements, like with `pg`.
  if (params.length === 0 && !arrays) {
    const results = await pglite.exec(text)
    return toQueryResult(results.at(-1), rowsOfAll === true ? together(results) : results.at(-1))
  }
  const rowMode = arrays ? 'array' : 'object'
  const result = await pglite.query(text, params as unknown[], { rowMode })
  return toQueryResult(result, result)
}

/** The parts of a result of PGlite that are used. */
type PgliteResult = Partial<Pick<QueryResult, 'rowCount' | 'command'>> &
  Pick<QueryResult<unknown>, 'fields'> & { readonly rows: readonly unknown[] }

function toQueryResult(
  last: PgliteResult | undefined,
  all: Pick<PgliteResult, 'rows' | 'fields'> | undefined,
): QueryResult {
  return {
    rows: (all?.rows ?? []) as Record<string, unknown>[],
    rowCount: last?.rowCount ?? 0,
    command: last?.command ?? '',
    fields: all?.fields ?? [],
  }
}
