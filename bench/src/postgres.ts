import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedPostgres } from '../../packages/plinth/test/support/postgres/embedded-postgres.ts'

/** The one Postgres that every contender asks. */
export interface BenchPostgres {
  readonly url: string
  /** Its first process: all others descend from it. */
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Nothing that runs on its own, so that what Postgres uses in a round belongs to that round; and no waiting for the
 * disk, which is no part of what is compared.
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

/** Starts a Postgres of its own on a free port, in a new directory. */
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
    // Postgres refuses to run as root: it gets a user of its own then.
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

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('There is no free port')
  return address.port
}
