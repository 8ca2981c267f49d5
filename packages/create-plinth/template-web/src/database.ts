import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGliteDialect, PostgresDialect, type Dialect } from 'kysely'
import { Pool } from 'pg'
import { lockDirectory } from 'plinth/lock'

// A code change reloads this module. The database stays open.
const kept = globalThis as { usersPool?: Pool; usersEmbedded?: Promise<PGlite> }

/** Better Auth's database; the first query opens it. */
export function dialectOf(url: string): Dialect {
  if (/^postgres(ql)?:/.test(url))
    return new PostgresDialect({ pool: () => Promise.resolve((kept.usersPool ??= openPool(url))) })
  return new PGliteDialect({ pglite: () => (kept.usersEmbedded ??= openEmbedded(url)) })
}

function openPool(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 10_000 })
  // without a listener, a connection that the server closes would end the process
  pool.on('error', (error) => console.error(`A database connection broke: ${error.message}`))
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

async function openEmbedded(url: string): Promise<PGlite> {
  const directory = resolve(url.replace(/^pglite:(\/\/)?/, ''))
  await lockDirectory(directory, 'AUTH_DATABASE_URL')
  mkdirSync(directory, { recursive: true })
  return await PGlite.create(directory)
}
