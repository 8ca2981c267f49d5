import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedPostgres } from '../../packages/plinth/test/support/postgres/embedded-postgres.ts'
import { freePort } from '../../scripts/test/free-port.ts'

/** The Postgres server that all contenders use. */
export interface BenchPostgres {
  readonly url: string
  /** The process id of its first process, the parent of all others. */
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Disables background work and waiting for the disk.
 *
 * The CPU time of a round belongs to that round, and the disk is not compared.
 */
const settings = {
  autovacuum: 'off',
  checkpoint_timeout: '1h',
  fsync: 'off',
  full_page_writes: 'off',
  jit: 'off',
  max_connections: '300',
  max_wal_size: '8GB',
  shared_buffers: '512MB',
  synchronous_commit: 'off',
  timezone: 'UTC',
  unix_socket_directories: '',
}

/** Starts a Postgres server on a free port, in a new directory. */
export async function startPostgres(): Promise<BenchPostgres> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'plinth-bench-'))
  const port = await freePort()
  const lines: string[] = []
  const Server = await embeddedPostgres()
  const server = new Server({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    // Postgres refuses to run as root, so root runs it as another user.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (line) => void lines.push(line),
    onError: (line) => void lines.push(String(line)),
  })
  try {
    await server.initialise()
    await server.start()
    const pid = Number((await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
    return {
      url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
      pid,
      stop: async () => {
        await server.stop()
        await rm(databaseDir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(databaseDir, { recursive: true, force: true })
    throw new Error(`Postgres did not start:\n${lines.join('')}`, { cause: error })
  }
}
