import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGliteDialect, PostgresDialect, type Dialect } from 'kysely'
import { Pool } from 'pg'
import { lockDirectory } from './directory-lock.ts'
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

function poolOf(url: string): Pool {
  if (opened.pool !== undefined) return opened.pool
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 10_000 })
  // without a listener a connection that breaks while idle would end the process
  pool.on('error', (error) => console.error(`A database connection broke: ${error.message}`))
  return (opened.pool = pool)
}

async function openEmbedded(url: string): Promise<PGlite> {
  const path = url.replace(/^pglite:(\/\/)?/, '')
  if (path === 'memory') return await PGlite.create()
  const directory = resolve(path)
  lockDirectory(directory)
  mkdirSync(directory, { recursive: true })
  return await PGlite.create(directory)
}
