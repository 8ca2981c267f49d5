import { resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { pgliteCodecs } from 'drizzle-orm/pglite/codecs'
import type { DriverOptions } from '../driver.ts'
import type { PgliteTarget } from '../database-url.ts'
import { lockDirectory } from '../directory-lock.ts'
import type { Connection, Driver, EmbeddedDatabase, QueryResult, Statement } from '../driver.ts'
import { openDirectory, openMemory } from './open-pglite.ts'
import { ConnectionQueue, unavailable } from '../connection-queue.ts'

interface Open {
  readonly pglite: PGlite
  readonly unlock: () => void
}

/** Embedded Postgres: one connection, so one transaction at a time; the others wait in line. */
export class PgliteDriver implements Driver {
  readonly kind = 'pglite'
  readonly codecs = pgliteCodecs
  readonly location: string
  readonly #directory: string | null
  readonly #slots: ConnectionQueue
  readonly #image: Blob | undefined
  #open: Promise<Open> | undefined
  #lost = false

  /** @param image - what a database in memory begins with; by default a blank one */
  constructor(target: PgliteTarget, options: DriverOptions, image?: Blob) {
    this.location = target.location
    this.#directory = target.directory === null ? null : resolve(target.directory)
    this.#slots = new ConnectionQueue(1, options.acquireTimeout)
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
    await this.#slots.take()
    if (pglite.closed) {
      this.#slots.give()
      throw unavailable()
    }
    return connection(pglite, this.#slots)
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

  #opened(): Promise<Open> {
    if (this.#open !== undefined) return this.#open
    if (this.#lost) throw unavailable(new Error('The database in memory was closed, and is gone'))
    const opening = this.#start()
    this.#open = opening
    // A later query tries anew: the lock may be free then.
    opening.catch(() => {
      if (this.#open === opening) this.#open = undefined
    })
    return opening
  }

  async #start(): Promise<Open> {
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

function connection(pglite: PGlite, slots: ConnectionQueue): Connection {
  let released = false
  return {
    query: (statement) => run(pglite, statement),
    // It runs inside this thread: while a statement runs, nothing can ask for its end.
    cancel: () => {},
    release: () => {
      if (released) return
      released = true
      slots.give()
    },
  }
}

async function run(pglite: PGlite, statement: Statement): Promise<QueryResult> {
  const { text, params, arrays } = statement
  const result =
    params.length === 0 && !arrays
      ? // Several statements in one text, as `pg` allows where there are no parameters.
        (await pglite.exec(text)).at(-1)
      : await pglite.query(text, params as unknown[], { rowMode: arrays ? 'array' : 'object' })
  return {
    rows: (result?.rows ?? []) as Record<string, unknown>[],
    rowCount: result?.rowCount ?? 0,
    command: result?.command ?? '',
    fields: result?.fields ?? [],
  }
}
