import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGliteDialect, PostgresDialect, type Dialect } from 'kysely'
import { Pool } from 'pg'
import { lockDirectory } from 'plinth/lock'
import { isPostgres } from './environment.ts'

interface Opened {
  pool?: Pool
  pglite?: Promise<PGlite>
}
// A reload evaluates this module anew, and Next does so once for each kind of route: the database is opened once.
const opened = ((globalThis as { webDatabase?: Opened }).webDatabase ??= {})

/**
 * Better Auth's tables stand in a schema of their own, beside the API's.
 *
 * Named in each statement and not by `search_path`, which a connection pooler such as Neon's refuses or forgets.
 */
export const schemaName = 'auth'

/** How Better Auth reaches its database; the first query opens it. */
export function dialectOf(url: string): Dialect {
  if (isPostgres(url)) return new PostgresDialect({ pool: () => Promise.resolve(poolOf(url)) })
  return new PGliteDialect({ pglite: () => (opened.pglite ??= openEmbedded(url)) })
}

/** What nobody else takes a lock by: "auth" in ASCII. */
const lockKey = 0x61757468

/**
 * Runs something while no other process does. The lock is a transaction's, which a connection pooler keeps on one
 * connection; an embedded database has one process anyway.
 */
export async function alone(url: string, run: () => Promise<void>): Promise<void> {
  if (!isPostgres(url)) return await run()
  const client = await poolOf(url).connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [lockKey])
    await run()
  } finally {
    // the end of its connection ends the lock, also where nothing can be said on it any more
    await client.query('commit').then(
      () => client.release(),
      () => client.release(true),
    )
  }
}

function poolOf(url: string): Pool {
  if (opened.pool !== undefined) return opened.pool
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 10_000 })
  // Without a listener on the pool and on every client, a connection that the server ends would end the process: while
  // it is idle, in use, or being closed. Who uses it gets the error from the query.
  pool.on('error', (error) => console.error(`A database connection broke: ${error.message}`))
  pool.on('connect', (client) => client.on('error', () => {}))
  return (opened.pool = pool)
}

async function openEmbedded(url: string): Promise<PGlite> {
  const path = url.replace(/^pglite:(\/\/)?/, '')
  if (path === 'memory') return await PGlite.create()
  const directory = resolve(path)
  await lockDirectory(directory, 'AUTH_DATABASE_URL')
  mkdirSync(directory, { recursive: true })
  return await PGlite.create(directory)
}
