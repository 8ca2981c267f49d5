import { resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pgliteCodecs } from 'drizzle-orm/pglite/codecs'
import type { DriverOptions } from '../driver.ts'
import type { PgliteTarget } from '../database-url.ts'
import { lockDirectory } from '../directory-lock.ts'
import type { Connection, Driver, EmbeddedDatabase, QueryResult, Statement } from '../driver.ts'
import { openDirectory, openMemory } from './open-pglite.ts'
import { ConnectionQueue, unavailable } from '../connection-queue.ts'

interface OpenInstance {
  readonly pglite: PGlite
  readonly unlock: () => void
}

/** Embedded Postgres. It has one connection, so one transaction runs at a time and the others wait in a queue. */
export class PgliteDriver implements Driver {
  readonly kind = 'pglite'
  readonly codecs = pgliteCodecs
  readonly location: string
  readonly #directory: string | null
  readonly #queue: ConnectionQueue
  readonly #image: Blob | undefined
  #open: Promise<OpenInstance> | undefined
  #lost = false

  /** @param image - the initial content of a database in memory; blank by default */
  constructor(target: PgliteTarget, options: DriverOptions, image?: Blob) {
    this.location = target.location
    this.#directory = target.directory === null ? null : resolve(target.directory)
    this.#queue = new ConnectionQueue(1, options.acquireTimeout)
    this.#image = image
  }

  async open(): Promise<void> {
    await this.#opened()
  }

  get embedded(): EmbeddedDatabase {
    return {
      directory: this.#directory,
      instance: async () => (await this.#opened()).pglite,
    }
  }

  async acquire(): Promise<Connection> {
    const { pglite } = await this.#opened()
    await this.#queue.acquire()
    if (pglite.closed) {
      this.#queue.release()
      throw unavailable()
    }
    return connection(pglite, this.#queue)
  }

  async close(): Promise<void> {
    const opening = this.#open
    if (opening === undefined) return
    this.#open = undefined
    this.#lost = this.#directory === null
    const { pglite, unlock } = await opening
    try {
      if (!pglite.closed) await pglite.close()
    } finally {
      unlock()
    }
  }

  #opened(): Promise<OpenInstance> {
    if (this.#open !== undefined) return this.#open
    if (this.#lost)
      throw unavailable(new Error('The in-memory database was closed, and its data is gone'))
    const opening = this.#start()
    this.#open = opening
    // A later query tries again: the lock may be free then.
    opening.catch(() => {
      if (this.#open === opening) this.#open = undefined
    })
    return opening
  }

  async #start(): Promise<OpenInstance> {
    if (this.#directory === null) return { pglite: await openMemory(this.#image), unlock: () => {} }
    const unlock = await lockDirectory(this.#directory)
    try {
      return { pglite: await openDirectory(this.#directory), unlock }
    } catch (error) {
      unlock()
      throw error
    }
  }
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
  const { text, params, arrays } = statement
  const result =
    params.length === 0 && !arrays
      ? // Without parameters the text may contain several statements, like with `pg`.
        (await pglite.exec(text)).at(-1)
      : await pglite.query(text, params as unknown[], { rowMode: arrays ? 'array' : 'object' })
  return {
    rows: (result?.rows ?? []) as Record<string, unknown>[],
    rowCount: result?.rowCount ?? 0,
    command: result?.command ?? '',
    fields: result?.fields ?? [],
  }
}
