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
// Reloads and each kind of route evaluate this module again. The database is opened only once.
const opened = ((globalThis as { webDatabase?: Opened }).webDatabase ??= {})

/**
 * The schema of Better Auth's tables, separate from the API's.
 *
 * Each statement names it, because a connection pooler such as Neon's refuses or forgets
 * `search_path`.
 */
export const schemaName = 'auth'

/** Better Auth's database. The first query opens it. */
export function dialectOf(url: string): Dialect {
  if (isPostgres(url)) return new PostgresDialect({ pool: () => Promise.resolve(poolOf(url)) })
  return new PGliteDialect({ pglite: () => (opened.pglite ??= openEmbedded(url)) })
}

/** The key of the advisory lock: "auth" in ASCII. */
const lockKey = 0x61757468

/**
 * Runs a function under a lock between processes.
 *
 * The lock belongs to a transaction, which a connection pooler keeps on one connection. An embedded
 * database has only one process.
 */
export async function alone(url: string, run: () => Promise<void>): Promise<void> {
  if (!isPostgres(url)) return await run()
  const client = await poolOf(url).connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [lockKey])
    await run()
  } finally {
    // closing the connection releases the lock, even if it is already broken
    await client.query('commit').then(
      () => client.release(),
      () => client.release(true),
    )
  }
}

function poolOf(url: string): Pool {
  if (opened.pool !== undefined) return opened.pool
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 10_000 })
  // Without a listener on the pool and on every client, a connection that the server closes would
  // end the process. The query on it gets the error anyway.
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
